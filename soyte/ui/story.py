"""/_ui/: each component in all its states, for those who build pages and for the tests that look at them.

Its people and figures are invented. It exists in the demo and in debug only.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from soyte.kernel.access.web import PUBLIC, requires
from soyte.kernel.places.outlines import outlines_on
from soyte.ui import icons
from soyte.ui.calendar import Month, month
from soyte.ui.clocks import clock
from soyte.ui.components import (
    Area,
    Chip,
    DayCell,
    Event,
    EventYear,
    Fact,
    Link,
    Slice,
    Tab,
    WorkGroup,
    WorkItem,
)
from soyte.ui.fields import DayField
from soyte.ui.filters import FilterForm
from soyte.ui.paging import Page

SHOWN_MONTH = date(2026, 11, 1)
SHOWN_TODAY = date(2026, 11, 23)
SHOWN_MAP = date(2025, 7, 1)


class StoryFilters(FilterForm):
    q = forms.CharField(
        label=_("Tên, mã, địa chỉ"),
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("gõ không dấu cũng được")}),
    )
    kind = forms.ChoiceField(label=_("Loại"), choices=[("", _("Mọi loại")), ("clinic", _("Phòng khám"))])
    since = DayField(label=_("Từ ngày"))


class StoryForm(forms.Form):
    name = forms.CharField(label=_("Họ tên"))
    issued = DayField(label=_("Ngày cấp"), help_text=_("Ngày ghi trên giấy."), missing=_("Thiếu ngày cấp."))
    note = forms.CharField(label=_("Ghi chú"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    break_taken = forms.ChoiceField(
        label=_("Có thời gian nghỉ giữa chừng không?"),
        widget=forms.RadioSelect,
        choices=[("y", _("Có, trên 30 ngày")), ("n", _("Không"))],
    )
    agreed = forms.BooleanField(label=_("Tôi đã đối chiếu với bản giấy"), required=False)

    def clean(self) -> dict[str, Any]:
        self.add_error("issued", _("Ngày này chưa tới. Bạn có định ghi 12/06/2017?"))
        return self.cleaned_data


@requires(PUBLIC)
@require_GET
def story(request: HttpRequest) -> HttpResponse:
    if not (settings.SOYTE_DEMO or settings.DEBUG):
        raise Http404
    now = timezone.now()
    return render(
        request,
        "ui/story.html",
        {
            "icons": sorted(icons.names()),
            "map_day": SHOWN_MAP,
            "areas": _areas(),
            "tones": ["", "good", "warn", "bad", "info", "dunno"],
            "filters": StoryFilters(request),
            "form": StoryForm({"name": "Hoàng Thị Mẫu", "issued": "12/06/2027"}),
            "page": _page(request),
            "clocks": [
                clock(now + timedelta(hours=left), now=now, started=now - timedelta(hours=24)) for left in (60, 3, -30)
            ],
            "facts": _facts(),
            "years": _years(),
            "groups": _work(now),
            "month": _month(),
            "slices": [
                Slice("đạt, đã vào hồ sơ", 873, "good"),
                Slice("đạt, nên xem", 36, "warn"),
                Slice("bị giữ", 112, "bad"),
            ],
            "trend": [6.9, 7.1, 7.4, None, 7.6, 7.9],
            "bars": [(f"{day:02}/11", None if day == 4 else 20 + day % 7, "") for day in range(1, 15)],
            "tabs": [Tab("Của tôi", "#", current=True, count=12), Tab("Của phòng", "#", count=47), Tab("Đã xong", "#")],
            "crumbs": [Link("Trang đầu", "/"), Link("Tệp khám bệnh", "#")],
            "ask": Link("Hỏi và ghi ngay", "#"),
            "money": Decimal("3120000000"),
            "lines": [
                "<CHI_TIET_DVKT>",
                "  <MA_LK>26110900482</MA_LK>",
                "  <MA_KHOA>K48.1</MA_KHOA>",
                "  <MA_DICH_VU>02.0085.1778</MA_DICH_VU>",
            ],
            "hits": [14],
        },
    )


def _page(request: HttpRequest) -> Page:
    """Rows of a table that comes from no database; its pager leads nowhere."""
    names = [
        ("Phòng khám Đa khoa Minh Tâm", "75001", 14, "bad", "Gửi chậm"),
        ("Trạm Y tế xã Bù Gia Mập", "75635", 7, "good", "Đúng hạn"),
        ("Bệnh viện Mắt", "75952", 212, "dunno", "Chưa gửi"),
    ]
    rows = Paginator(
        [
            {"name": name, "code": code, "staff": staff, "tone": tone, "state": state}
            for name, code, staff, tone, state in names
        ],
        10,
    )
    return Page(
        rows=list(rows.page(1)),
        sort="name",
        descending=False,
        next_url="?sau=3",
        previous_url="",
        request=request,
        orders={"name": ("name", "id"), "staff": ("-staff", "id")},
    )


def _facts() -> list[Fact]:
    return [
        Fact("Định danh", "•••• 4821"),
        Fact("Thẻ BHYT", "•••• 210", note="đến 31/12/2026"),
        Fact("Nhóm máu", None),
        Fact("Nơi đăng ký ban đầu", "TTYT khu vực 5", url="#"),
    ]


def _years() -> list[EventYear]:
    first = Event(
        "12/11",
        "08:40",
        "Khám ngoại trú, Nội tiết",
        "#",
        "Đái tháo đường típ 2. Tăng Gliclazid lên 60 mg.",
        "BV Đa khoa tỉnh B · XML1–XML4 · nhận 12/11 11:02",
        "#",
        [Chip("Đơn thuốc mới", "info")],
    )
    second = Event(
        "21/09",
        "4 ngày",
        "Nằm viện: viêm phổi",
        "#",
        "Vào qua cấp cứu.",
        "BV Đa khoa tỉnh A",
        chips=[Chip("Không đến khám lại", "warn")],
        pin="in",
    )
    return [
        EventYear(
            "2026", [first, second, Event("02/09", "14:10", "Khám tại trạm y tế", source="TYT xã Tân An", pin="low")]
        ),
        EventYear("2025", [Event("30/11", "10:15", "Cấp cứu", "#", pin="urgent")]),
    ]


def _work(now: Any) -> list[WorkGroup]:
    late = WorkItem(
        "alert-triangle",
        "412 lượt khám bị giữ lại",
        "#",
        ["BV Đa khoa tỉnh A", "3,12 tỷ đồng"],
        clock(now - timedelta(hours=1), now=now),
        Link("Xem lỗi", "#"),
    )
    due = WorkItem(
        "user-question", "8 cặp người nghi trùng", "#", ["chờ từ 09/11"], clock(now + timedelta(days=3), now=now)
    )
    return [WorkGroup("Quá hạn", [late], "bad"), WorkGroup("Tuần này", [due])]


def _month() -> Month:
    cells = {SHOWN_MONTH + timedelta(days=day): DayCell(str(40 + day), "lượt", url="#") for day in range(23)}
    cells[date(2026, 11, 11)] = DayCell("61", "3 lượt bị giữ", "bad", "#")
    cells[date(2026, 11, 12)] = DayCell("58", "4 cảnh báo", "warn", "#")
    cells[date(2026, 11, 15)] = DayCell("0", "không có tệp", "none")
    return month(2026, 11, cells, today=SHOWN_TODAY)


def _areas() -> list[Area]:
    """A map in all its states: five steps, one that nobody knows, one hidden, one with an alarm."""
    found = [Area(code, f"Xã {code}", Decimal(n * n), url="#") for n, code in enumerate(outlines_on(SHOWN_MAP))]
    found[3] = Area(found[3].code, found[3].name, None)
    found[4] = Area(found[4].code, found[4].name, None, text="dưới 5")
    found[9] = Area(found[9].code, "Xã Tân An", Decimal(81), url="#", alarm="ổ sốt xuất huyết")
    return found
