"""For the department: how good each facility's files are, by month, by rule, by the program that sends them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django import forms
from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.text import format as words
from soyte.systems.care.visit_intake import quality, quality_counts
from soyte.systems.care.visit_intake.quality import Line, Period, RuleLine
from soyte.systems.care.visit_intake.views.showing import severity_chip
from soyte.ui.components import Chip, Link, Tab
from soyte.ui.fields import MonthField
from soyte.ui.xlsx import Column, download

NEED = "visit_files.quality"
OF_FILES = ("file.", "envelope.")  # rules that speak of a file, not of a visit in it


class Asked(forms.Form):
    """Period and limit of lateness as the address says them; what it leaves out or garbles is the usual one."""

    tu = MonthField(label=gettext_lazy("Từ tháng"))
    den = MonthField(label=gettext_lazy("Đến tháng"))
    muon = forms.TypedChoiceField(label=gettext_lazy("Lập muộn là sau ngày ra quá"), coerce=int, required=False)

    def __init__(self, asked: QueryDict) -> None:
        super().__init__(asked, auto_id="%s")
        lateness = self.fields["muon"]
        assert isinstance(lateness, forms.ChoiceField)
        lateness.choices = [(days, _late(days)) for days in quality.LATE_CHOICES]
        self.full_clean()
        told = self.cleaned_data
        self.period = quality.asked_period(told.get("tu"), told.get("den"), today=timezone.localdate())
        self.late_days: int = told.get("muon") or quality.LATE_DAYS
        # The boxes show what counts; a garbled one what was typed.
        counts = {"tu": self.period.first, "den": self.period.last, "muon": self.late_days}
        self.data = counts | {name: asked[name] for name in ("tu", "den") if name in self.errors}

    @property
    def query(self) -> str:
        facts = {"tu": f"{self.period.first:%Y-%m}", "den": f"{self.period.last:%Y-%m}", "muon": self.late_days}
        return urlencode(facts)

    @property
    def words(self) -> str:
        facts = {"first": f"{self.period.first:%m/%Y}", "last": f"{self.period.last:%m/%Y}"}
        return _("Tệp lập từ tháng %(first)s đến tháng %(last)s") % facts


def _late(days: int) -> str:
    return ngettext("%(days)s ngày", "%(days)s ngày", days) % {"days": days}


def tabs(request: HouseRequest, current: str, query: str = "") -> list[Tab]:
    entries = [
        ("quality", _("Theo cơ sở"), NEED),
        ("quality_rules", _("Theo lỗi"), NEED),
        ("quality_programs", _("Theo phần mềm"), NEED),
        ("replays", _("Lượt bị giữ"), "visit_files.replay"),
    ]
    return [
        Tab(
            title,
            reverse(f"visit_intake:{name}") + (f"?{query}" if query and name != "replays" else ""),
            name == current,
        )
        for name, title, need in entries
        if request.actor.holds(need)
    ]


def _context(request: HouseRequest, asked: Asked, current: str) -> dict[str, object]:
    return {
        "asked": asked,
        "counted_at": quality_counts.counted_at(),
        "tabs": tabs(request, current, asked.query),
        "may_replay": request.actor.holds("visit_files.replay"),
    }


@dataclass(frozen=True, slots=True)
class LineRow:
    line: Line
    url: str
    says: str  # what the trend shows, in a sentence


def _row(line: Line, url: str) -> LineRow:
    seen = [share for share in line.trend if share is not None]
    facts = {"name": line.name, "first": words.number(seen[0], 1), "last": words.number(seen[-1], 1)} if seen else {}
    says = _("%(name)s: tỷ lệ bị giữ từ %(first)s%% đến %(last)s%%") % facts if seen else ""
    return LineRow(line, url, says)


@requires(NEED)
@require_GET
def overview(request: HouseRequest) -> HttpResponse:
    asked = Asked(request.GET)
    lines = quality.facilities(request.actor, asked.period, late_days=asked.late_days)
    rows = [
        _row(line, f"{reverse('visit_intake:quality_facility', args=[line.key])}?{asked.query}" if line.key else "")
        for line in lines
    ]
    context = _context(request, asked, "quality") | {
        "rows": rows,
        "whole": quality.total(lines),
        "senders": sum(bool(line.key) for line in lines),
        "export_url": f"{reverse('visit_intake:quality_export')}?{asked.query}",
    }
    return render(request, "visit_intake/quality.html", context)


@requires(NEED)
@require_GET
def programs(request: HouseRequest) -> HttpResponse:
    asked = Asked(request.GET)
    rows = [_row(line, "") for line in quality.programs(request.actor, asked.period, late_days=asked.late_days)]
    return render(request, "visit_intake/programs.html", _context(request, asked, "quality_programs") | {"rows": rows})


@dataclass(frozen=True, slots=True)
class RuleRow:
    line: RuleLine
    chip: Chip
    url: str
    says: str


def _rule_rows(lines: list[RuleLine], facility_code: str = "") -> list[RuleRow]:
    rows = []
    for line in lines:
        asked = urlencode({key: value for key, value in (("ma", line.code), ("co_so", facility_code)) if value})
        url = (
            f"{reverse('visit_intake:replays')}?{asked}"
            if line.severity == "error" and line.visits is not None and not line.code.startswith(OF_FILES)
            else ""
        )
        facts = {"title": line.title, "first": next(iter(line.months), 0), "last": next(reversed(line.months), 0)}
        says = _("%(title)s: tháng đầu %(first)s lượt, tháng cuối %(last)s lượt") % facts
        rows.append(RuleRow(line, severity_chip(line.severity), url, says))
    return rows


@requires(NEED)
@require_GET
def rules(request: HouseRequest) -> HttpResponse:
    asked = Asked(request.GET)
    rows = _rule_rows(quality.rules(request.actor, asked.period))
    return render(
        request, "visit_intake/quality_rules.html", _context(request, asked, "quality_rules") | {"rows": rows}
    )


@requires(NEED)
@require_GET
def facility(request: HouseRequest, facility_code: str) -> HttpResponse:
    """One facility: its months, and the rules that spoke of its files."""
    unit = quality.unit_of(request.actor, facility_code)
    if unit is None:
        raise Http404
    asked = Asked(request.GET)
    line = quality.one_facility(request.actor, asked.period, unit, late_days=asked.late_days)
    months = list(zip(asked.period.months, line.months, strict=True))
    context = _context(request, asked, "") | {
        "unit": unit,
        "crumbs": [Link(_("Chất lượng tệp"), f"{reverse('visit_intake:quality')}?{asked.query}")],
        "whole": line.whole,
        "months": [(f"{month:%m/%Y}", counts) for month, counts in months],
        "bars": [
            (f"{month:%m/%Y}", None if counts.refused_share is None else 100 * counts.refused_share, "bad")
            for month, counts in months
        ],
        "rows": _rule_rows(quality.rules(request.actor, asked.period, unit=unit), facility_code),
        "refused_url": f"{reverse('visit_intake:replays')}?co_so={facility_code}",
    }
    return render(request, "visit_intake/quality_facility.html", context)


@requires(NEED)
@require_GET
def export(request: HouseRequest) -> FileResponse:
    asked = Asked(request.GET)
    lines = quality.facilities(request.actor, asked.period, late_days=asked.late_days)
    return download(
        f"soyte-chat-luong-{asked.period.first:%Y%m}-{asked.period.last:%Y%m}.xlsx",
        title=_("Chất lượng tệp khám bệnh theo cơ sở và tháng"),
        notes=[
            asked.words,
            _("Lập muộn: ngày lập tệp sau ngày ra viện hơn %(days)s ngày.") % {"days": asked.late_days},
            _("Tính lúc %(at)s") % {"at": words.instant(quality_counts.counted_at())},
        ],
        columns=[
            Column(_("Mã cơ sở"), width=10),
            Column(_("Cơ sở"), width=44),
            Column(_("Phần mềm"), width=22),
            Column(_("Tháng"), width=10),
            Column(_("Tệp"), kind="number", width=10),
            Column(_("Tệp không đọc được"), kind="number", width=12),
            Column(_("Lượt khám"), kind="number", width=12),
            Column(_("Bị giữ"), kind="number", width=10),
            Column(_("Nên xem"), kind="number", width=10),
            Column(_("Lập muộn"), kind="number", width=10),
        ],
        rows=_export_rows(lines, asked.period),
    )


def _export_rows(lines: list[Line], period: Period) -> Iterator[tuple[object, ...]]:
    for line in lines:
        for month, counts in zip(period.months, line.months, strict=True):
            if counts.files:
                yield (
                    line.key, line.name, line.software, f"{month:%m/%Y}", counts.files, counts.unreadable,
                    counts.visits, counts.refused, counts.warned, counts.late,
                )  # fmt: skip
