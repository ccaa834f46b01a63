"""Questions asked of persons."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from soyte.kernel.people.models import Identifier, Person, Precision, ReviewPair
from soyte.kernel.people.query import Period, PersonQuery, read_query
from soyte.kernel.text import accented_words, vi_key

MOST_HITS = 50


def search(text: str, *, people: QuerySet[Person] | None = None, limit: int = MOST_HITS + 1) -> list[Person]:
    """Persons that fit a typed search, best first; `limit` of them mean that more words are needed.

    `people` are those whom the searcher may find. A merged person is found by what was ever said of him and shown by
    the person who stands for him. Names with a typed accented word come before those that only fold to it, and names with a
    typed word before those in which a word only begins with it.
    """
    query = read_query(text)
    if query.is_empty:
        return []
    # Not ordered in SQL: a frequent word would be read and sorted whole, only to answer "more words".
    found = list(fitting(query, people=people)[:limit])
    return sorted(_who_stand_for(found), key=lambda person: _rank(query, person))


def fitting(query: PersonQuery, *, people: QuerySet[Person] | None = None) -> QuerySet[Person]:
    """Persons whom every part of `query` fits, in no order; merged ones among them."""
    found = Person.objects.all() if people is None else people
    if query.words:
        words = SearchQuery(" & ".join(f"{word}:*" for word in query.words), config="simple", search_type="raw")
        found = found.alias(name_words=SearchVector("name_folded", config="simple")).filter(name_words=words)
    if query.numbers or query.phone:
        found = found.filter(_has_number(query))
    if query.born:
        found = found.filter(_was_born(query.born))
    return found


def _has_number(query: PersonQuery) -> Q:
    """Ids and not a subquery, so that each half of the OR is answered by an index."""
    asked = Q()
    for kind, value in query.numbers:
        asked |= Q(kind=kind, value=value)
    ids = Identifier.objects.filter(asked).values_list("person_id", flat=True)[: 4 * MOST_HITS] if asked else []
    by_number = Q(id__in=set(ids))
    return by_number | Q(phone=query.phone) if query.phone else by_number


def _was_born(period: Period) -> Q:
    """Born within the period, or known less exactly than it was typed, but not against it."""
    within = Q(birth_date__gte=period.first, birth_date__lt=period.end)
    if period.precision == Precision.DAY:
        within |= Q(birth_date=period.first.replace(day=1), birth_precision=Precision.MONTH)
    if period.precision != Precision.YEAR:
        within |= Q(birth_date=period.first.replace(month=1, day=1), birth_precision=Precision.YEAR)
    return within


def _who_stand_for(found: list[Person]) -> list[Person]:
    by_id = {person.id: person for person in found}
    elsewhere = {person.record_id for person in found} - by_id.keys()
    if elsewhere:
        by_id |= Person.objects.in_bulk(list(elsewhere))
    return [by_id[record] for record in dict.fromkeys(person.record_id for person in found)]


def _rank(query: PersonQuery, person: Person) -> tuple[int, int, bool, str, uuid.UUID]:
    names, plain = accented_words(person.full_name), set(person.name_folded.split())
    as_typed = sum(any(name.startswith(word) for name in names) for word in query.accented)
    vague = query.born is not None and query.born.precision != person.birth_precision
    whole = sum(word in plain for word in query.words)
    return -as_typed, -whole, vague, vi_key(person.full_name), person.id


def family(person_id: uuid.UUID) -> list[uuid.UUID]:
    """The ids whose rows belong to a person: all that were merged with him and himself, in a stable order."""
    return families([person_id])[person_id]


def families(person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[uuid.UUID]]:
    """`family` of each, with two queries."""
    asked = list(person_ids)
    record = dict(Person.objects.filter(id__in=asked).values_list("id", Coalesce("merged_into_id", "id")))
    members: defaultdict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    in_family = Person.objects.filter(Q(id__in=set(record.values())) | Q(merged_into__in=set(record.values())))
    for person_id, record_id in in_family.order_by("id").values_list("id", Coalesce("merged_into_id", "id")):
        members[record_id].append(person_id)
    return {person_id: members[record.get(person_id, person_id)] or [person_id] for person_id in asked}


def pairs_of(person_ids: Iterable[uuid.UUID]) -> QuerySet[ReviewPair]:
    """All pairs, decided or not, that one of `person_ids` belongs to."""
    ids = set(person_ids)
    return ReviewPair.objects.filter(Q(a__in=ids) | Q(b__in=ids)).order_by("-id")
