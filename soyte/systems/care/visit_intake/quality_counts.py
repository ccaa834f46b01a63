"""Sums of the quality of files by sender and month, kept while receipts come in: a page over years reads few rows.

Each finished receipt is counted once. Where visits are run again, the months of their senders are counted anew.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from soyte.systems.care.visit_intake.models import QualityProgress, Receipt

# Numbers of receipts are taken a moment before their rows are seen: the newest wait until none can come below them.
SETTLED = timedelta(minutes=1)
PORTION = 50_000
_ONLY = 1  # key of the one row of progress

_CHOSEN = """chosen as (
  select r.id, r.unit_id, date_trunc('month', r.version_day)::date as month, r.version_day, r.kind, r.received_at
  from visit_intake_receipt r where {where})"""
_MONTHS = """
with {chosen},
files as (
  select unit_id, month, count(*) as files, count(*) filter (where kind = 'unreadable') as unreadable,
    max(received_at) as last_at
  from chosen group by 1, 2),
visits as (
  select c.unit_id, c.month, count(*) as visits, count(*) filter (where v.verdict = 'refused') as refused,
    count(*) filter (where v.verdict = 'accepted' and exists (
      select 1 from visit_intake_finding f where f.receipt_visit_id = v.id and f.severity = 'warning')) as warned,
    count(*) filter (where c.version_day - v.ended_on > 1) as late_1,
    count(*) filter (where c.version_day - v.ended_on > 3) as late_3,
    count(*) filter (where c.version_day - v.ended_on > 7) as late_7,
    count(*) filter (where c.version_day - v.ended_on > 30) as late_30
  from chosen c join visit_intake_receiptvisit v on v.receipt_id = c.id group by 1, 2)
insert into visit_intake_qualitymonth as known
  (unit_id, month, files, unreadable, visits, refused, warned, late_1, late_3, late_7, late_30, last_at)
select f.unit_id, f.month, f.files, f.unreadable, coalesce(v.visits, 0), coalesce(v.refused, 0), coalesce(v.warned, 0),
  coalesce(v.late_1, 0), coalesce(v.late_3, 0), coalesce(v.late_7, 0), coalesce(v.late_30, 0), f.last_at
from files f left join visits v on v.unit_id is not distinct from f.unit_id and v.month = f.month
on conflict (month, unit_id) do update set
  files = known.files + excluded.files, unreadable = known.unreadable + excluded.unreadable,
  visits = known.visits + excluded.visits, refused = known.refused + excluded.refused,
  warned = known.warned + excluded.warned, late_1 = known.late_1 + excluded.late_1,
  late_3 = known.late_3 + excluded.late_3, late_7 = known.late_7 + excluded.late_7,
  late_30 = known.late_30 + excluded.late_30, last_at = greatest(known.last_at, excluded.last_at)"""
_RULES = """
with {chosen}
insert into visit_intake_rulemonth as known (unit_id, month, code, severity, visits)
select c.unit_id, c.month, f.code, f.severity, count(distinct coalesce(f.receipt_visit_id, -c.id))
from chosen c join visit_intake_finding f on f.receipt_id = c.id where f.severity <> 'note' group by 1, 2, 3, 4
on conflict (month, unit_id, code, severity) do update set visits = known.visits + excluded.visits"""


def count_new(now: datetime | None = None) -> int:
    """Count the receipts that were finished since the last time, in portions; returns how many."""
    before = (now or timezone.now()) - SETTLED
    counted = 0
    while (portion := _count_portion(before)) is not None:
        counted += portion
    return counted


@transaction.atomic
def _count_portion(before: datetime) -> int | None:
    """Count one portion; None once nothing is left to look at. Two workers wait for each other at the row of progress."""
    QualityProgress.objects.get_or_create(pk=_ONLY)
    progress = QualityProgress.objects.select_for_update().get(pk=_ONLY)
    fresh = Receipt.objects.filter(pk__gt=progress.last_receipt_id, received_at__lt=before).order_by("pk")
    seen = dict(fresh.values_list("pk", "state")[:PORTION])
    pending = dict(Receipt.objects.filter(pk__in=progress.pending).values_list("pk", "state"))
    done = [key for key, state in (pending | seen).items() if state == Receipt.State.DONE]
    if done:
        _add("r.id = any(%(receipts)s)", receipts=done)
    progress.pending = [key for key, state in (pending | seen).items() if state != Receipt.State.DONE]
    progress.last_receipt_id = max(seen, default=progress.last_receipt_id)
    progress.counted_at = timezone.now()
    progress.save()
    return len(done) if len(seen) == PORTION or done else None


def _add(where: str, **facts: Any) -> None:
    chosen = _CHOSEN.format(where=where)
    with connection.cursor() as cursor:
        cursor.execute(_MONTHS.format(chosen=chosen), facts)
        cursor.execute(_RULES.format(chosen=chosen), facts)


@transaction.atomic
def count_again(receipt_ids: Collection[int]) -> None:
    """Count the months anew in which these receipts count, because visits of theirs were run again."""
    QualityProgress.objects.get_or_create(pk=_ONLY)
    progress = QualityProgress.objects.select_for_update().get(pk=_ONLY)
    for unit_id, month in _months_of(receipt_ids):
        facts = {"unit": unit_id, "first": month, "end": (month + timedelta(days=32)).replace(day=1)}
        with connection.cursor() as cursor:
            for table in ("qualitymonth", "rulemonth"):
                cursor.execute(
                    f"delete from visit_intake_{table} where unit_id is not distinct from %(unit)s and month = %(first)s",
                    facts,
                )
        _add(
            "r.unit_id is not distinct from %(unit)s and r.version_day >= %(first)s and r.version_day < %(end)s "
            "and r.id <= %(last)s and r.state = 'done' and r.id <> all(%(pending)s)",
            **facts, last=progress.last_receipt_id, pending=progress.pending,
        )  # fmt: skip


def _months_of(receipt_ids: Collection[int]) -> set[tuple[int | None, date]]:
    rows = Receipt.objects.filter(pk__in=receipt_ids).values_list("unit_id", "version_day")
    return {(unit, day.replace(day=1)) for unit, day in rows}


def counted_at() -> datetime | None:
    """As of when the sums are; None before the first counting."""
    return QualityProgress.objects.filter(pk=_ONLY).values_list("counted_at", flat=True).first()
