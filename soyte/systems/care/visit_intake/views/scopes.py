"""Sets of received files that one page reports on: one file, the files of one day, those of one upload."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from soyte.kernel.access.policy import visible
from soyte.kernel.access.web import HouseRequest
from soyte.kernel.text import format as words
from soyte.systems.care.visit_intake import selectors
from soyte.systems.care.visit_intake.calendar import bounds
from soyte.systems.care.visit_intake.models import Receipt, Upload, UploadedFile
from soyte.ui.components import Link


@dataclass(frozen=True, slots=True)
class Scope:
    """`receipts` are those that the actor may see; `receipt` where the page is about one, `uploads` where it is about
    what was handed in."""

    kind: str
    where: dict[str, Any]
    title: str
    sub: str
    receipts: QuerySet[Receipt]
    crumbs: Sequence[Link]
    receipt: Receipt | None = None
    uploads: Sequence[Upload] = ()
    alone: str = ""  # name of the report's own address, where the kind's name is another page

    def url(self, page: str = "", **query: object) -> str:
        name = "_".join(filter(None, [f"visit_intake:{self.kind}", page or self.alone]))
        asked = urlencode({key: value for key, value in query.items() if value not in (None, "")})
        return f"{reverse(name, kwargs=self.where)}?{asked}" if asked else reverse(name, kwargs=self.where)

    @property
    def crumbs_below(self) -> list[Link]:
        """The way up from a page below the report."""
        return [*self.crumbs, Link(self.title, self.url())]


def scope_of(request: HouseRequest, kind: str, **where: Any) -> Scope:
    """The set of files that an address names; 404 where the actor may see none such."""
    return _KINDS[kind](request, **where)


def home() -> Link:
    return Link(_("Tệp khám bệnh"), reverse("visit_intake:receipts"))


def _receipt(request: HouseRequest, *, number: str) -> Scope:
    seen = selectors.receipts(request.actor)
    receipt = get_object_or_404(seen.select_related("unit"), number=number)
    day = timezone.localdate(receipt.received_at)
    where = receipt.unit.name if receipt.unit else receipt.facility_code
    told = [_("Biên nhận %(number)s") % {"number": receipt.number}, where, str(receipt.get_channel_display())]
    told.append(_("nhận lúc %(at)s") % {"at": words.instant(receipt.received_at)})
    return Scope(
        "receipt", {"number": number}, receipt.filename, " · ".join(filter(None, told)), seen.filter(pk=receipt.pk),
        [home(), _day_link(day)], receipt=receipt,
    )  # fmt: skip


def _day_link(day: date) -> Link:
    return Link(_("Ngày %(day)s") % {"day": words.day(day)}, reverse("visit_intake:day", args=[day.isoformat()]))


def _day(request: HouseRequest, *, day: str) -> Scope:
    try:
        on = parse_date(day)
    except ValueError:
        on = None
    if on is None:
        raise Http404
    start, end = bounds(on, on)
    receipts = selectors.receipts(request.actor).filter(received_at__gte=start, received_at__lt=end)
    month = Link(
        _("Tháng %(month)s") % {"month": f"{on.month:02}/{on.year}"},
        f"{reverse('visit_intake:month')}?{urlencode({'thang': f'{on:%Y-%m}', 'theo': 'nhan'})}",
    )
    return Scope(
        "day", {"day": day}, _("Tệp khám bệnh, ngày %(day)s") % {"day": words.day(on)},
        _("Những tệp nhận trong ngày, ở mọi cửa."), receipts, [home(), month],
    )  # fmt: skip


def _upload(request: HouseRequest, *, upload_id: int) -> Scope:
    seen = visible(request.actor, "visit_files.read", Upload.objects.select_related("account", "unit"))
    upload = get_object_or_404(seen, pk=upload_id)
    held = UploadedFile.objects.filter(upload=upload).values("receipt_id")
    told = _("%(name)s tải lên lúc %(at)s, %(unit)s") % {
        "name": upload.account.display_name, "at": words.instant(upload.received_at), "unit": upload.unit.name,
    }  # fmt: skip
    return Scope(
        "upload", {"upload_id": upload_id}, upload.filename, told,
        selectors.receipts(request.actor).filter(pk__in=held),
        [home(), Link(_("Tải tệp lên"), reverse("visit_intake:uploads"))], uploads=[upload], alone="report",
    )  # fmt: skip


def _batch(request: HouseRequest, *, batch: UUID) -> Scope:
    seen = visible(request.actor, "visit_files.read", Upload.objects.select_related("account", "unit"))
    together = list(seen.filter(batch=batch).order_by("id"))
    if not together:
        raise Http404
    held = UploadedFile.objects.filter(upload__in=together).values("receipt_id")
    last = together[-1]
    told = _("%(name)s tải lên lúc %(at)s, %(unit)s") % {
        "name": last.account.display_name, "at": words.instant(last.received_at), "unit": last.unit.name,
    }  # fmt: skip
    title = ngettext("%(count)s tệp tải lên cùng lúc", "%(count)s tệp tải lên cùng lúc", len(together))
    return Scope(
        "batch", {"batch": batch}, title % {"count": words.number(len(together))}, told,
        selectors.receipts(request.actor).filter(pk__in=held),
        [home(), Link(_("Tải tệp lên"), reverse("visit_intake:uploads"))], uploads=together, alone="report",
    )  # fmt: skip


_KINDS: dict[str, Callable[..., Scope]] = {"receipt": _receipt, "day": _day, "upload": _upload, "batch": _batch}
