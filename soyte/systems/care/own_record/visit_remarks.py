"""A visit about which its patient waits for an answer says so wherever it is read."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator

from django.utils.translation import gettext as _

from soyte.clinical.encounters.locks import Key
from soyte.systems.care.own_record.models import Dispute


def visit_remarks(people: Collection[uuid.UUID]) -> Iterator[tuple[Key, str]]:
    waiting = Dispute.objects.filter(person__in=people, state=Dispute.State.OPEN)
    for facility, code, kind in waiting.values_list("facility_code", "visit_code", "kind").order_by("id"):
        says = (
            _("Người dân nói không phải của mình")
            if kind == Dispute.Kind.NOT_MINE
            else _("Người dân nói có mục ghi sai")
        )
        yield (facility, code), says
