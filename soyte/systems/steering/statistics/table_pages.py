"""Statistical tables of a period, and the reports frozen from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from soyte.clinical.encounters.countables import NEW_MAP, OLD_MAP
from soyte.engines.indicators.counting import Dimension
from soyte.engines.indicators.figures import find
from soyte.kernel.access.policy import holds
from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.audit.services import record
from soyte.kernel.errors import DomainError
from soyte.kernel.organisations import selectors as organisations
from soyte.kernel.text import format as words
from soyte.kernel.text.days import read_day
from soyte.kernel.text.folding import vi_key
from soyte.systems.steering.statistics import selectors, services
from soyte.systems.steering.statistics.layout import Form, form_on, forms_on, head_of, layouts_of
from soyte.systems.steering.statistics.models import FrozenReport
from soyte.systems.steering.statistics.questions import PeriodForm
from soyte.systems.steering.statistics.tables import Table, TableQuestion, table
from soyte.ui.paging import page
from soyte.ui.xlsx import Column, download

NARROWED_BY = ("facility", "sex", "age")


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter of the page: the field's name, what it asks and its options (key, title, chosen)."""

    name: str
    title: str
    options: Sequence[tuple[str, str, bool]]


@dataclass(frozen=True, slots=True)
class Quick:
    title: str
    start: date
    end: date

    @property
    def days(self) -> tuple[date, date]:
        return self.start, self.end


def periods(today: date) -> list[Quick]:
    """Whole months, quarters and years that are over, the latest of each, and the year so far."""
    month_end = today.replace(day=1) - timedelta(days=1)
    quarter_end = (today.replace(day=1, month=(today.month - 1) // 3 * 3 + 1)) - timedelta(days=1)
    quarter_start = (quarter_end.replace(day=1) - timedelta(days=62)).replace(day=1)
    last_year = today.year - 1
    return [
        Quick(_("Tháng trước"), month_end.replace(day=1), month_end),
        Quick(_("Quý trước"), quarter_start, quarter_end),
        Quick(_("Năm trước"), date(last_year, 1, 1), date(last_year, 12, 31)),
        Quick(_("Từ đầu năm"), date(today.year, 1, 1), today),
    ]


@requires("figures.read")
@require_GET
def forms(request: HouseRequest) -> HttpResponse:
    """The tables that there are, and the reports frozen from them."""
    today = timezone.localdate()
    quick = periods(today)
    can_read = holds(request.actor, "reports.read")
    context = {
        "forms": [
            (form, [(one, _address(form.code, one.start, one.end)) for one in quick]) for form in forms_on(today)
        ],
        "page": page(selectors.reports(request.actor), request, ["-frozen_at", "-id"]) if can_read else None,
    }
    return render(request, "statistics/forms.html", context)


def _address(form: str, start: date, end: date) -> str:
    return f"{reverse('statistics:table', args=[form])}?{urlencode({'tu': start, 'den': end})}"


def _question(request: HouseRequest, form_code: str) -> tuple[TableQuestion, PeriodForm]:
    """What the address asks; what it leaves out or garbles is the month that is over. A reversed period is turned round."""
    today = timezone.localdate()
    asked = request.POST if request.method == "POST" else request.GET
    boxes = PeriodForm(asked, periods(today)[0].days)
    start, end = boxes.days(request)
    layout_day = min(read_day(asked.get("mau", "")) or end, today)
    form = form_on(form_code, layout_day)
    if form is None:
        raise Http404
    known = {dimension.code for dimension in _dimensions(form)}
    where = {name: keys for name in NARROWED_BY if name in known and (keys := asked.getlist(name)) and all(keys)}
    on_map = OLD_MAP if asked.get("ban-do") == OLD_MAP else NEW_MAP
    return TableQuestion(form, layout_day, start, end, where, on_map), boxes


def _dimensions(form: Form) -> list[Dimension]:
    """The dimensions that all indicators of the form have."""
    countables = [find(column.indicator)[1] for column in form.columns]
    shared = set.intersection(*({d.code for d in countable.dimensions} for countable in countables))
    return [dimension for dimension in countables[0].dimensions if dimension.code in shared]


def _query(question: TableQuestion) -> str:
    told = {"tu": question.start, "den": question.end, "mau": question.layout_day, "ban-do": question.on_map}
    return urlencode({**told, **question.where}, doseq=True)


def _choices(request: HouseRequest, question: TableQuestion) -> Iterator[Choice]:
    known = {dimension.code: dimension for dimension in _dimensions(question.form)}
    if "facility" in known:
        yield Choice("facility", str(known["facility"].title), list(_facilities(request, question)))
    for name, keys in (("sex", ("1", "2")), ("age", ("0", "1-4", "5-14", "15-59", "60+"))):
        if name in known:
            names = known[name].names(keys, question.end)
            chosen = question.where.get(name, ())
            yield Choice(name, str(known[name].title), [(key, names[key], key in chosen) for key in keys])


def _facilities(request: HouseRequest, question: TableQuestion) -> Iterator[tuple[str, str, bool]]:
    units = request.actor.units("figures.read")
    found = organisations.open_facilities(question.start, question.end)
    if units is not None:
        found = found.filter(pk__in=sorted(units))
    chosen = question.where.get("facility", ())
    for unit in sorted(found, key=lambda unit: vi_key(unit.name)):
        code = str(unit.facility_code)
        yield code, unit.name, code in chosen


@requires("figures.read")
@require_GET
def statistical_table(request: HouseRequest, form_code: str) -> HttpResponse:
    question, boxes = _question(request, form_code)
    found = _counted(request, question)
    today = timezone.localdate()
    rows = found.rows
    if request.GET.get("dong") != "het":
        rows = [row for row in rows if row.level == 0 or any(cell.value != 0 for cell in row.cells)]
    context = {
        "question": question,
        "boxes": boxes,
        "form": question.form,
        "head": head_of((column.group, column.name) for column in question.form.columns),
        "table": found,
        "rows": rows,
        "left_out": len(found.rows) - len(rows),
        "all_url": f"?{_query(question)}&dong=het",
        "choices": list(_choices(request, question)),
        "layouts": [(one, form_on(form_code, one.day) == question.form) for one in layouts_of(form_code, today)],
        "quick": [(one, f"?{urlencode({'tu': one.start, 'den': one.end})}") for one in periods(today)],
        "by_place": question.form.rows == "places",
        "export_url": f"{reverse('statistics:table_export', args=[form_code])}?{_query(question)}",
        "can_freeze": holds(request.actor, "reports.freeze"),
        "hidden_fields": [(name, value) for name, values in _fields(question) for value in values],
    }
    return render(request, "statistics/table.html", context)


def _fields(question: TableQuestion) -> Iterator[tuple[str, Sequence[object]]]:
    yield "tu", [question.start.isoformat()]
    yield "den", [question.end.isoformat()]
    yield "mau", [question.layout_day.isoformat()]
    yield "ban-do", [question.on_map]
    yield from question.where.items()


def _counted(request: HouseRequest, question: TableQuestion) -> Table:
    found = table(question, actor=request.actor)
    record(
        request.actor,
        "figures.read",
        object_kind="statistical_form",
        object_id=question.form.code,
        details={"from": str(question.start), "to": str(question.end), "where": dict(question.where)},
    )
    return found


@requires("figures.read")
@require_GET
def table_export(request: HouseRequest, form_code: str) -> FileResponse:
    question, _boxes = _question(request, form_code)
    found = _counted(request, question)
    return _workbook(
        f"soyte-{form_code}-{question.start}-{question.end}.xlsx",
        title=question.form.name,
        notes=[_period(question.start, question.end), _at(found.as_of), *_warnings(question.form)],
        columns=[(column.group, column.name) for column in question.form.columns],
        rows=((row.name, [cell.value for cell in row.cells]) for row in found.rows),
    )


def _period(start: date, end: date) -> str:
    return _("Từ %(start)s đến %(end)s") % {"start": words.day(start), "end": words.day(end)}


def _at(moment: Any) -> str:
    return _("Số đến %(at)s") % {"at": timezone.localtime(moment).strftime("%d/%m/%Y %H:%M")}


def _warnings(form: Form) -> list[str]:
    told = [_("Mẫu chờ rà soát: %(source)s") % {"source": _(form.source)}] if form.state == "review" else []
    return told + ([_("Chưa có trong tệp: %(lacking)s") % {"lacking": _(form.lacking)}] if form.lacking else [])


def _workbook(
    filename: str,
    *,
    title: str,
    notes: Sequence[str],
    columns: Sequence[tuple[str, str]],
    rows: Iterable[tuple[str, Sequence[Decimal | None]]],
) -> FileResponse:
    said = ((_(group), _(name)) for group, name in columns)
    heads = [Column(f"{group}: {name}" if group else name, kind="number", width=14) for group, name in said]
    return download(
        filename,
        title=_(title),
        notes=notes,
        columns=[Column(_("Dòng"), width=56), *heads],
        rows=([name, *(_("dưới 5") if value is None else value for value in values)] for name, values in rows),
    )


@requires("reports.freeze")
@require_POST
def table_freeze(request: HouseRequest, form_code: str) -> HttpResponse:
    question, _boxes = _question(request, form_code)
    if not {"tu", "den"} <= {*request.POST}:
        messages.error(request, _("Chưa chọn kỳ báo cáo."))
        return redirect("statistics:table", form_code=form_code)
    try:
        report = services.freeze(request.actor, question)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect(f"{reverse('statistics:table', args=[form_code])}?{_query(question)}")
    messages.success(request, _("Đã chốt. Bảng này giữ nguyên như bây giờ; số về sau hiện bên cạnh."))
    return redirect("statistics:report", report_id=report.pk)


def _report(request: HouseRequest, report_id: UUID) -> FrozenReport:
    return get_object_or_404(selectors.reports(request.actor), pk=report_id)


@requires("reports.read")
@require_GET
def frozen_report(request: HouseRequest, report_id: UUID) -> HttpResponse:
    """The report as it was frozen; where later files changed a value, both stand in its cell."""
    report = _report(request, report_id)
    compared = selectors.compare(report, actor=request.actor)
    record(request.actor, "reports.read", obj=report)
    only_changed = request.GET.get("dong") == "khac"
    rows = [
        row
        for row in compared.rows
        if row.level == 0
        or any(cell.has_changed for cell in row.cells)
        or (not only_changed and any(cell.reported != 0 for cell in row.cells))
    ]
    context = {
        "report": report,
        "compared": compared,
        "rows": rows,
        "head": head_of((column["group"], column["name"]) for column in report.content["columns"]),
        "only_changed": only_changed,
        "export_url": reverse("statistics:report_export", args=[report.pk]),
    }
    return render(request, "statistics/report.html", context)


@requires("reports.read")
@require_GET
def report_export(request: HouseRequest, report_id: UUID) -> FileResponse:
    """As reported, never as known now."""
    report = _report(request, report_id)
    content = report.content
    record(request.actor, "reports.read", obj=report)
    return _workbook(
        f"soyte-{report.form}-{report.start}-{report.end}-da-chot.xlsx",
        title=content["title"],
        notes=[
            _period(report.start, report.end),
            _("Đã chốt lúc %(at)s, người chốt: %(who)s")
            % {
                "at": timezone.localtime(report.frozen_at).strftime("%d/%m/%Y %H:%M"),
                "who": report.frozen_by.display_name,
            },
            f"SHA-256: {report.sha256}",
        ],
        columns=[(column["group"], column["name"]) for column in content["columns"]],
        rows=(
            (row["name"], [None if value is None else Decimal(value) for value in row["cells"]])
            for row in content["rows"]
        ),
    )
