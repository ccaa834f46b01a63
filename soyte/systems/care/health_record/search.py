"""People in the global search: name, birth year, sex and last digits; no health fact."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from soyte.kernel.access.actor import Actor
from soyte.kernel.access.policy import visible
from soyte.kernel.audit.services import record_reads
from soyte.kernel.people.models import Person
from soyte.kernel.people.selectors import search as search_people
from soyte.systems.care.health_record.pages import people as people_words
from soyte.ui.components import Hit

MOST = 11


def search(actor: Actor, query: str) -> list[Hit]:
    if not actor.holds("record.search"):
        return []
    found = search_people(query, people=visible(actor, "record.search", Person.objects.all()), limit=MOST)
    digits = people_words.told_apart(found)
    if found:
        record_reads(actor, [person.pk for person in found], "search", action="record.search")
    return [
        Hit(
            person.full_name,
            people_words.in_a_line(person, digits),
            reverse("health_record:record", args=[person.pk]),
            _("Người dân"),
            "user",
        )
        for person in found
    ]
