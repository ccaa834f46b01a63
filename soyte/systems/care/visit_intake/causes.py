"""Findings of a set of received files, grouped by cause: what a sender mends first."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from soyte.systems.care.visit_intake.models import Finding, Receipt, ReceiptVisit
from soyte.systems.care.visit_intake.rules import ERROR, NOTE, WARNING
from soyte.systems.care.visit_intake.rules.messages import MASK
from soyte.systems.care.visit_intake.selectors import opened, title_of, words_of

MOST = 200
ACCEPTED, REFUSED = ReceiptVisit.Verdict.ACCEPTED, ReceiptVisit.Verdict.REFUSED
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Sums:
    """What became of a set of files. Money is đồng, as XML1 of the refused visits states it."""

    files: int
    unreadable: int
    in_work: int
    visits: int
    warned: int
    refused: int
    at_stake: Decimal
    sent_again: int  # refused here, taken later from another file

    @property
    def clean(self) -> int:
        """Taken, and nothing to look at."""
        return self.visits - self.refused - self.warned


def sums(receipts: QuerySet[Receipt]) -> Sums:
    files = receipts.order_by().aggregate(
        files=Count("pk"),
        unreadable=Count("pk", filter=Q(kind=Receipt.Kind.UNREADABLE)),
        in_work=Count("pk", filter=Q(state=Receipt.State.RECEIVED)),
    )
    visits = ReceiptVisit.objects.filter(receipt__in=receipts.order_by().values("pk"))
    counted = visits.aggregate(
        visits=Count("pk"),
        refused=Count("pk", filter=Q(verdict=REFUSED)),
        at_stake=Sum("amount", filter=Q(verdict=REFUSED)),
    )
    warnings = Finding.objects.filter(receipt_visit=OuterRef("pk"), severity=WARNING)
    return Sums(
        **files,
        visits=counted["visits"],
        refused=counted["refused"],
        at_stake=counted["at_stake"] or NOTHING,
        warned=visits.filter(Exists(warnings), verdict=ACCEPTED).count(),
        sent_again=visits.filter(taken_later(), verdict=REFUSED).count() if counted["refused"] else 0,
    )


def taken_later() -> Exists:
    """Condition on received visits: a later file of the same visit was taken."""
    later = ReceiptVisit.objects.filter(
        facility_code=OuterRef("facility_code"),
        visit_code=OuterRef("visit_code"),
        pk__gt=OuterRef("pk"),
        verdict=ACCEPTED,
    )
    return Exists(later)


@dataclass(frozen=True, slots=True)
class Cause:
    """One rule at one field over a set of files, told by the example whose value is met most often.

    `values` counts the different values that the reader may see; `barred` the findings of visits whose label he lacks.
    """

    severity: str
    code: str
    table: str | None
    field: str | None
    visits: int
    files: int
    times: int
    values: int
    barred: int
    common: int  # how often the example's value is met
    example: Finding
    title: str
    what: str
    mend: str
    value: str

    @property
    def key(self) -> tuple[str, str | None, str | None]:
        return self.code, self.table, self.field


# Values of labelled visits are sealed, each differently: they are counted apart and never compared.
_GROUPS = """
with found as (
  select f.id, f.severity, f.code, f."table", f.field, f.receipt_id, f.receipt_visit_id,
    case when coalesce(v.labels <@ %s::text[], true) then f.value end as value
  from visit_intake_finding f left join visit_intake_receiptvisit v on v.id = f.receipt_visit_id
  where f.receipt_id in ({receipts}) and f.severity = any(%s)),
grouped as (
  select severity, code, "table", field, count(distinct receipt_visit_id) as visits,
    count(distinct receipt_id) as files, count(*) as times, count(distinct value) as "values",
    count(*) filter (where value is null) as barred, mode() within group (order by value) as common, min(id) as first
  from found group by 1, 2, 3, 4
  order by array_position(array['error', 'warning', 'note'], severity), visits desc, times desc, code limit %s)
select g.severity, g.code, g."table", g.field, g.visits, g.files, g.times, g."values", g.barred, e.times, coalesce(e.id, g.first)
from grouped g left join lateral (
  select min(f.id) as id, count(*) as times from found f
  where (f.severity, f.code) = (g.severity, g.code) and f."table" is not distinct from g."table"
    and f.field is not distinct from g.field and f.value = g.common) e on true
order by array_position(array['error', 'warning', 'note'], g.severity), g.visits desc, g.times desc, g.code"""


def causes(receipts: QuerySet[Receipt], *, granted: Set[str], notes: bool = False) -> list[Cause]:
    """The causes in the files, errors first, each the more visits the earlier; at most MOST of them."""
    chosen, parameters = receipts.order_by().values("pk").query.sql_with_params()
    weights = [ERROR, WARNING, NOTE] if notes else [ERROR, WARNING]
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS.format(receipts=chosen), [sorted(granted), *parameters, weights, MOST])
        rows = cursor.fetchall()
    examples = Finding.objects.select_related("receipt", "receipt_visit").in_bulk([row[-1] for row in rows])
    return [_cause(row, examples[row[-1]], granted) for row in rows]


def _cause(row: Sequence[object], example: Finding, granted: Set[str]) -> Cause:
    words = words_of(example, granted=granted)
    severity, code, table, field, visits, files, times, values, barred, common, _example = row
    return Cause(
        severity, code, table, field, visits, files, times, values, barred, common or 0, example,  # type: ignore[arg-type]
        title=title_of(example), what=words.what, mend=words.mend, value=shown_value(example, granted),
    )  # fmt: skip


def may_read(found: Finding, granted: Set[str]) -> bool:
    """Whether the visit of a finding carries no label that the reader lacks."""
    return found.receipt_visit is None or all(label in granted for label in found.receipt_visit.labels)


def shown_value(found: Finding, granted: Set[str]) -> str:
    """What stood in the field; masked for who lacks the grant of the visit's label."""
    value = opened(found).value
    return value if may_read(found, granted) else MASK if value else ""


def of_cause(receipts: QuerySet[Receipt], *, code: str, table: str | None, field: str | None) -> QuerySet[Finding]:
    """The findings of one cause, in the order of receipt."""
    same = Finding.objects.filter(receipt__in=receipts.order_by().values("pk"), code=code, table=table, field=field)
    return same.select_related("receipt", "receipt_visit")


def freed_by(receipts: QuerySet[Receipt], first: Sequence[Cause]) -> int:
    """How many refused visits would be taken if these causes were mended and nothing else."""
    mended = Q()
    for cause in first:
        mended |= Q(code=cause.code, table=cause.table, field=cause.field)
    others = Finding.objects.filter(receipt_visit=OuterRef("pk"), severity=ERROR).exclude(mended)
    refused = ReceiptVisit.objects.filter(receipt__in=receipts.order_by().values("pk"), verdict=REFUSED)
    return refused.filter(~Exists(others)).count() if first else 0


def values_of(findings: QuerySet[Finding], granted: Set[str], *, most: int = 12) -> list[tuple[str, int]]:
    """The values met most often in a cause, with how often; those of barred visits are left out."""
    open_to = Q(receipt_visit=None) | Q(receipt_visit__labels__contained_by=sorted(granted))
    counted = findings.order_by().filter(open_to).values("value").annotate(times=Count("pk"))
    return list(counted.order_by("-times", F("value")).values_list("value", "times")[:most])
