"""A visit that is not this person's: moved to whose it is, or to nobody known, and back again."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from soyte.clinical.documents.models import Composition
from soyte.clinical.encounters.locks import visit_locks
from soyte.clinical.encounters.models import CheckIn, Encounter, VisitMove
from soyte.clinical.encounters.topics import MOVED
from soyte.clinical.lines import VisitLine
from soyte.kernel.actors import Acting
from soyte.kernel.audit.services import Row, record_many
from soyte.kernel.errors import DomainError
from soyte.kernel.outbox.services import emit
from soyte.kernel.people.models import Person
from soyte.kernel.people.selectors import family
from soyte.kernel.sql import advisory_lock_many, read
from soyte.kernel.text import fold
from soyte.kernel.text.format import day, instant

ACTION = "visits.move"


class VisitNotInForce(DomainError):
    code = "encounters.not_in_force"
    message = gettext_lazy("Lượt khám %(visit_code)s không còn hiệu lực nên không chuyển được. Hãy tải lại trang.")


class MovedAlready(DomainError):
    code = "encounters.moved_already"
    message = gettext_lazy(
        "Lượt khám %(visit_code)s đã được chuyển lúc %(at)s. Muốn chuyển sang người khác thì hoàn tác lần đó trước."
    )


class SamePerson(DomainError):
    code = "encounters.same_person"
    message = gettext_lazy("Lượt khám đang ở chính hồ sơ của người này. Chọn người khác, hoặc “chưa rõ là ai”.")


class MoveUndone(DomainError):
    code = "encounters.move_undone"
    message = gettext_lazy("Lần chuyển này đã được hoàn tác lúc %(at)s. Hãy tải lại trang.")


@transaction.atomic
def move(actor: Acting, encounter: Encounter, *, to: uuid.UUID | None, reason: str) -> VisitMove:
    """Give a visit with all its versions to the person `to`; None makes a person of whom nothing is known.

    Raises VisitNotInForce, MovedAlready, SamePerson, Refused.
    """
    actor.require(ACTION, encounter)
    _lock(encounter.facility_code, encounter.visit_code)
    fresh = Encounter.objects.select_for_update().get(pk=encounter.pk)
    key = {"facility_code": fresh.facility_code, "visit_code": fresh.visit_code}
    if known := VisitMove.objects.filter(**key, undone_at=None).first():
        raise MovedAlready(visit_code=fresh.visit_code, at=instant(known.at))
    if not fresh.in_force:
        raise VisitNotInForce(visit_code=fresh.visit_code)
    here = family(fresh.person_id)
    if to in here:
        raise SamePerson()
    versions = {str(row.pk): row.person_id for row in Encounter.objects.filter(**key, person__in=here)}
    made = VisitMove.objects.create(
        **key,
        unit_id=fresh.unit_id,
        started_at=fresh.started_at,
        labels=fresh.labels,
        from_person_id=fresh.person_id,
        to_person_id=to or _unknown(fresh).pk,
        versions={key: str(person) for key, person in versions.items()},
        reason=reason,
        by_id=actor.account_id,
        at=timezone.now(),
    )
    _give(dict.fromkeys(versions, made.to_person_id))
    CheckIn.objects.filter(**key, person__in=here).update(person=made.to_person_id)
    _tell(actor, made, fresh, "move", reason)
    return made


@transaction.atomic
def undo(actor: Acting, move_id: int, *, reason: str) -> VisitMove:
    """Take a move back: each version is whose it was, and versions that came since are that of the moved one.

    Raises MoveUndone, Refused.
    """
    one = VisitMove.objects.get(pk=move_id)
    actor.require(ACTION, one)
    _lock(one.facility_code, one.visit_code)
    one = VisitMove.objects.select_for_update().get(pk=move_id)
    if one.undone_at is not None:
        raise MoveUndone(at=instant(one.undone_at))
    key = {"facility_code": one.facility_code, "visit_code": one.visit_code}
    moved = Encounter.objects.filter(**key, person=one.to_person_id).order_by("received_order")
    last = moved.last()
    _give({str(row.pk): uuid.UUID(one.versions.get(str(row.pk), str(one.from_person_id))) for row in moved})
    CheckIn.objects.filter(**key, person=one.to_person_id).update(person=one.from_person_id)
    one.undone_at, one.undone_by_id, one.undone_reason = timezone.now(), actor.account_id, reason
    one.save(update_fields=["undone_at", "undone_by", "undone_reason"])
    _tell(actor, one, last, "undo", reason)
    return one


class Moved(NamedTuple):
    """A move as the history of a record tells it."""

    from_person_id: uuid.UUID
    started_at: dt.datetime
    facility: str
    at: dt.datetime
    undone_at: dt.datetime | None


_MOVES = """
select m.from_person_id, m.started_at, coalesce(u.name, m.facility_code), m.at, m.undone_at
  from encounters_visitmove m left join organisations_unit u on u.id = m.unit_id
 where (m.from_person_id = any(%(people)s) or m.to_person_id = any(%(people)s))
   and (%(granted)s::text[] is null or m.labels <@ %(granted)s and not exists (
       select from encounters_encounter e where e.facility_code = m.facility_code and e.visit_code = m.visit_code
          and e.in_force and not e.labels <@ %(granted)s))
 order by m.at desc, m.id desc limit %(limit)s
"""


def moves_of(people: Collection[uuid.UUID], labels: Iterable[str] | None, *, limit: int) -> list[Moved]:
    """The last moves out of and into a record, the latest first; of labelled visits only those that carry no other than
    `labels` (None: all), when they were moved and in the version that is in force now."""
    granted = None if labels is None else sorted(labels)
    return read(Moved, _MOVES, {"people": list(people), "granted": granted, "limit": limit})


def told(one: Moved, people: Collection[uuid.UUID]) -> str:
    """What a record says of a move. Whose the visit is now, or was before, is nobody's business there."""
    facts = {
        "day": day(one.started_at),
        "facility": one.facility,
        "at": instant(one.at),
        "undone": instant(one.undone_at) if one.undone_at else "",
    }
    out = one.from_person_id in people
    if one.undone_at:
        if out:
            sentence = _(
                "Lượt khám ngày %(day)s tại %(facility)s đã chuyển sang hồ sơ khác lúc %(at)s, rồi chuyển về đây lúc %(undone)s."
            )
        else:
            sentence = _(
                "Lượt khám ngày %(day)s tại %(facility)s đã chuyển về đây lúc %(at)s, rồi trả lại hồ sơ cũ lúc %(undone)s."
            )
    elif out:
        sentence = _(
            "Lượt khám ngày %(day)s tại %(facility)s không phải của người này, đã chuyển sang hồ sơ khác lúc %(at)s."
        )
    else:
        sentence = _("Lượt khám ngày %(day)s tại %(facility)s đã chuyển từ hồ sơ khác về đây lúc %(at)s.")
    return sentence % facts


def _lock(facility_code: str, visit_code: str) -> None:
    with connection.cursor() as cursor:
        advisory_lock_many(cursor, visit_locks([(facility_code, visit_code)]))


def _unknown(visit: Encounter) -> Person:
    """Somebody of whom nothing is known: no number and no trait leads to him, so no other visit will."""
    name = _("Chưa rõ là ai")
    return Person.objects.create(
        full_name=name, name_folded=fold(name), sex=Person.Sex.UNDETERMINED, synthetic=visit.person.synthetic
    )


def _line_tables() -> list[type[models.Model]]:
    """Every table whose rows repeat the person of their visit."""
    return [Composition, *(model for model in apps.get_models() if issubclass(model, VisitLine))]


def _give(owners: Mapping[str, uuid.UUID]) -> None:
    """Versions of a visit and all that they brought, to their owners."""
    by_person: dict[uuid.UUID, list[str]] = {}
    for version, person in owners.items():
        by_person.setdefault(person, []).append(version)
    for person, versions in by_person.items():
        Encounter.objects.filter(pk__in=versions).update(person=person)
        for table in _line_tables():
            rows: QuerySet[Any] = table._default_manager.filter(encounter__in=versions)
            rows.update(person=person)


def _tell(actor: Acting, one: VisitMove, visit: Encounter | None, act: str, reason: str) -> None:
    """Into both histories, and to whoever keeps something of the visit's person."""
    kind, people = VisitMove._meta.label_lower, (one.from_person_id, one.to_person_id)
    record_many(actor, [Row(ACTION, kind, str(one.pk), person, reason, {"act": act}) for person in people])
    if visit is not None:
        emit(MOVED, str(visit.pk), {"facility": visit.facility_code, "ended_on": visit.ended_on.isoformat()})
