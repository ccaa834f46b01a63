"""What the search box finds: a received file by its receipt number, a visit by its MA_LK."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from soyte.kernel.access.actor import Actor
from soyte.kernel.organisations.models import Unit
from soyte.kernel.text import format as words
from soyte.systems.care.visit_intake import selectors
from soyte.ui.components import Hit

MOST = 11
SHORTEST = 4


def search(actor: Actor, query: str) -> list[Hit]:
    """Both by the whole of their text: MA_LK of a person must not be found by trying beginnings."""
    asked = query.strip()
    if not actor.holds("visit_files.read") or not SHORTEST <= len(asked) <= 100:
        return []
    return [*_receipts(actor, asked), *_visits(actor, asked)]


def _receipts(actor: Actor, asked: str) -> list[Hit]:
    return [
        Hit(receipt.number, f"{receipt.filename} · {words.instant(receipt.received_at)}",
            reverse("visit_intake:receipt", args=[receipt.number]), _("Tệp khám bệnh"), "file-type-xml")
        for receipt in selectors.receipts(actor).filter(number=asked.upper())[:MOST]
    ]  # fmt: skip


def _visits(actor: Actor, asked: str) -> list[Hit]:
    rows = selectors.received_visits(actor).filter(visit_code=asked)
    units = actor.units("visit_files.read")
    if units is not None:  # the index of versions begins with the facility
        codes = Unit.objects.filter(pk__in=units, facility_code__isnull=False).values("facility_code")
        rows = rows.filter(facility_code__in=codes)
    return [
        Hit(visit.visit_code or "", f"{visit.receipt.number} · {words.instant(visit.receipt.received_at)}",
            reverse("visit_intake:visit", args=[visit.pk]), _("Lượt khám đã nhận"), "file-search")
        for visit in rows.order_by("-id")[:MOST]
    ]  # fmt: skip
