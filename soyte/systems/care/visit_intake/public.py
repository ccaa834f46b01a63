"""The door for other systems: where a fact of the record was read, which versions of a visit were received, and by which
rules files are judged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Sum
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from soyte.clinical.encounters.models import Encounter
from soyte.formats.visitfile.excerpt import NOTHING, excerpt
from soyte.kernel.actors import Acting
from soyte.kernel.files.selectors import get
from soyte.systems.care.visit_intake import rules
from soyte.systems.care.visit_intake.models import Receipt, ReceiptVisit


@dataclass(frozen=True, slots=True)
class Source:
    """Lines of the file that a visit came with, as the actor may see them; none without the grant of its label."""

    filename: str
    number: str
    received_at: dt.datetime | None
    lines: Sequence[str]
    start: int
    hits: Sequence[int]


def source_of(actor: Acting, visit: Encounter, *, table: str, line: int) -> Source:
    """The file's own lines of row `line` (1-based) of `table` (XML1 to XML15). The caller has checked access and audits."""
    rows = ReceiptVisit.objects.select_related("receipt")
    found = rows.filter(pk=visit.source_visit_id).first() if visit.source_visit_id else None
    if found is None:
        return Source("", "", None, (), 1, ())
    piece = get(bytes(found.blob_id), actor.labels)
    shown = excerpt(piece, encoding=found.receipt.encoding, table=table, line=line) if piece else NOTHING
    receipt = found.receipt
    return Source(receipt.filename, receipt.number, receipt.received_at, shown.lines, shown.start, shown.hits)


@dataclass(frozen=True, slots=True)
class Version:
    number: str
    received_at: dt.datetime
    state: str


def versions(visit: Encounter) -> list[Version]:
    """Everything that was received of this visit, newest first."""
    rows = (
        ReceiptVisit.objects.filter(facility_code=visit.facility_code, visit_code=visit.visit_code)
        .select_related("receipt", "encounter")
        .order_by("-id")[:50]
    )
    return [Version(row.receipt.number, row.receipt.received_at, _state(row)) for row in rows]


def _state(row: ReceiptVisit) -> str:
    if row.encounter is None:
        return _("bị từ chối")
    if row.encounter.in_force:
        return _("đang có hiệu lực")
    if row.encounter.withdrawn_at:
        return _("đã rút")
    return _("đã có bản khác thay")


def rule_list(on: dt.date) -> list[rules.RuleEntry]:
    """Every rule by which visit files are judged, with its severity of the day."""
    return rules.inventory(on, say=_)


def rule_weights(code: str) -> tuple[rules.Weight, ...]:
    """The severities of a rule by day, earliest first."""
    return rules.weights(code)


@dataclass(frozen=True, slots=True)
class GatewayError:
    """An error of the insurer's gateway: the rules that answer it, or the class and note of why none does."""

    number: str
    table: str
    reason: str
    rules: Sequence[str]
    note: str


def gateway_errors() -> list[GatewayError]:
    """The gateway's catalogue of errors, by number."""
    found = (
        GatewayError(row["number"], row["table"], row["class"], row["rules"].split(), (note := row["note"]) and _(note))
        for row in rules.coverage()
    )
    return sorted(found, key=lambda error: (len(error.number), error.number))


def gateway_reasons() -> Mapping[str, str]:
    """Names of `GatewayError.reason`; "covered" is the one with rules."""
    return {code: _(title) for code, title in rules.coverage_classes().items()}


def refused_by_day(start: dt.date, end: dt.date) -> list[tuple[int, dt.date, int, int]]:
    """(unit, day of receipt, visits refused, visits received) of each facility and day; counts only, both days included."""
    first = timezone.make_aware(dt.datetime.combine(start, dt.time.min))
    last = timezone.make_aware(dt.datetime.combine(end + dt.timedelta(days=1), dt.time.min))
    receipts = Receipt.objects.filter(received_at__gte=first, received_at__lt=last, unit_id__isnull=False)
    days = receipts.annotate(day=TruncDate("received_at")).order_by().values_list("unit_id", "day")
    return list(days.annotate(bad=Sum("refused_count"), every=Sum("visit_count")).filter(every__gt=0))
