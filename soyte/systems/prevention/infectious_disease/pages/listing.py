"""Reports as lines of a work list, grouped by their clocks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import groupby

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from soyte.kernel.text import format as words
from soyte.systems.prevention.infectious_disease.models import CaseReport
from soyte.systems.prevention.infectious_disease.pages.filled import sex_of
from soyte.ui.clocks import clock
from soyte.ui.components import Clock, WorkGroup, WorkItem

State = CaseReport.State
TONES = {State.DRAFT: "warn", State.COMPLETED: "info", State.REPORTED: "good"}
ICONS = {State.DRAFT: "edit", State.COMPLETED: "clipboard-check", State.REPORTED: "circle-check"}


def groups(cases: Sequence[CaseReport], *, names: Mapping[str, str], now: dt.datetime) -> list[WorkGroup]:
    """Open reports in the order given (by deadline) under Quá hạn, Hôm nay, Tuần này, Sau đó; others in one group."""
    if not all(case.is_open for case in cases):
        return [WorkGroup(_("Mới nhất trước"), [item(case, names=names, now=now) for case in cases])] if cases else []
    found = []
    for (title, tone), rows in groupby(cases, key=lambda case: _when(case.due_at, now)):
        found.append(WorkGroup(title, [item(case, names=names, now=now) for case in rows], tone))
    return found


def _when(due: dt.datetime, now: dt.datetime) -> tuple[str, str]:
    if due <= now:
        return _("Quá hạn"), "bad"
    today = timezone.localdate(now)
    day = timezone.localdate(due - dt.timedelta(microseconds=1))  # 24:00 belongs to the day that it ends
    if day <= today:
        return _("Hôm nay"), "warn"
    if day <= today + dt.timedelta(days=6 - today.weekday()):
        return _("Tuần này"), ""
    return _("Sau đó"), ""


def item(case: CaseReport, *, names: Mapping[str, str], now: dt.datetime) -> WorkItem:
    url = reverse("infectious_disease:case", args=[case.pk])
    return WorkItem(
        icon="virus" if case.kind == CaseReport.Kind.CASE else "report-medical",
        title=title_of(case),
        url=url,
        context=context_of(case, names),
        clock=clock_of(case, now),
    )


def title_of(case: CaseReport) -> str:
    death = _("Tử vong: ") if case.kind == CaseReport.Kind.DEATH else ""
    return f"{death}{case.disease_name} · {case.person.full_name}"


def context_of(case: CaseReport, names: Mapping[str, str]) -> list[str]:
    who = f"{sex_of(case.person)} {case.person.age_text(case.seen_on)}".strip()
    seen = _("khám %(day)s") if case.kind == CaseReport.Kind.CASE else _("mất %(day)s")
    told = [who, names.get(case.commune_code, _("chưa rõ xã")), seen % {"day": words.day(case.seen_on)}]
    if case.is_late_file and case.is_open:
        told.append(_("tệp đến muộn"))
    if case.attention:
        told.append(str(case.get_attention_display()))
    told.append(str(case.get_state_display()))
    return told


def clock_of(case: CaseReport, now: dt.datetime) -> Clock | None:
    """The clock while it runs; the number once it has stopped."""
    if case.is_open:
        return clock(case.due_at, now=now, started=case.clock_started_at)
    if case.state == State.REPORTED:
        return Clock(_("Số %(number)s") % {"number": case.reported_no}, "good")
    return None
