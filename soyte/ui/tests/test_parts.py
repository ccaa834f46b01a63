from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.template import Context, Template
from django.test import RequestFactory, override_settings
from django.utils import translation

from soyte.ui import maps, xlsx
from soyte.ui.calendar import month
from soyte.ui.clocks import clock, duration
from soyte.ui.components import Area, DayCell, Fact, FigureCell
from soyte.ui.drawing import reference_range, sparkline
from soyte.ui.paging import address
from soyte.ui.story import StoryFilters, StoryForm

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
PLAIN = override_settings(
    STORAGES={"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
)


def render(text, **context):
    with PLAIN, translation.override("vi"):
        return Template("{% load ui %}" + text).render(Context(context))


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (0, "dưới 1 phút"),
        (28, "28 phút"),
        (148, "2 giờ 28 phút"),
        (120, "2 giờ"),
        (1441, "1 ngày"),
        (1600, "1 ngày 2 giờ"),
        (4320, "3 ngày"),
    ],
)
def test_durations_say_their_two_largest_units(minutes, text):
    assert duration(timedelta(minutes=minutes)) == text


@pytest.mark.parametrize(
    ("hours", "text", "tone"),
    [(48, "Còn 2 ngày", "good"), (3, "Còn 3 giờ", "warn"), (-30, "Quá hạn 1 ngày 6 giờ", "bad")],
)
def test_clocks_speak_and_warn(hours, text, tone):
    shown = clock(NOW + timedelta(hours=hours), now=NOW)
    assert (shown.text, shown.tone) == (text, tone)


def test_a_sparkline_needs_two_known_values():
    assert sparkline([1.0, None], width=100, height=20) is None
    assert sparkline([1.0, None, 2.0], width=100, height=20).path == "M3 17L97 3"
    assert sparkline([100.0, 95.0], width=100, height=20).path == "M3 8.6L97 11.4"  # a twentieth, a fifth of the height


@pytest.mark.parametrize(("value", "outside"), [(3.9, True), (4, False), (6, False), (6.1, True)])
def test_the_edges_belong_to_the_range(value, outside):
    assert reference_range(value, low=4, high=6).outside is outside


def test_marks_stay_inside_however_far_the_value_is():
    for value in (-1e6, 1e6):
        place = reference_range(value, low=4, high=6)
        assert 0 <= float(place.mark_x) <= 97


def test_cells_of_figures_hide_lead_and_escape():
    cells = [
        FigureCell(None),
        FigureCell(Decimal(1200), '?a="1"&b=2'),
        FigureCell(Decimal(0)),
    ]
    assert render("{% figure_cells cells %}", cells=cells) == (
        '<td class="n"><span class="dim">dưới 5</span></td>'
        '<td class="n"><a href="?a=&quot;1&quot;&amp;b=2">1.200</a></td>'
        '<td class="n"><span class="dim">0</span></td>'
    )


def test_svg_numbers_keep_their_point_in_vietnamese():
    assert 'width="33.5%"' in render("{% meter share %}", share=33.5)


def test_a_trend_without_a_range_is_drawn_all_the_same():
    drawn = render("{% sparkline values 'CRP' low=range.low high=range.high %}", values=[3.6, 4.1], range=None)
    assert "<path" in drawn and "band" not in drawn


def test_texts_are_escaped_and_block_content_is_not():
    shown = render("{% panel title=title %}<b>x</b>{% endpanel %}{% chip title %}{% source title %}", title="<i>")
    assert "<i>" not in shown and "<b>x</b>" in shown


def test_an_unknown_fact_says_so():
    assert "Chưa biết" in render("{% facts items %}", items=[Fact("Nhóm máu", None)])
    assert "Chưa biết" in render("{% figure 'Giường' value %}", value=None)


def test_an_error_is_tied_to_its_field():
    form = StoryForm({"name": "", "issued": "12/06/2027"})
    shown = render("{% field form.issued %}{% error_summary form %}", form=form)
    assert 'aria-describedby="id_issued_help id_issued_error"' in shown
    assert 'aria-invalid="true"' in shown
    assert 'id="id_issued_error"' in shown
    assert 'href="#id_issued"' in shown


def test_a_filter_can_be_taken_away():
    form = StoryFilters(RequestFactory().get("/x?q=b&kind=clinic&since=nonsense&xep=-name&sau=3"))
    assert form.values() == {"q": "b", "kind": "clinic"}
    assert [(str(token.title), token.remove_url) for token in form.tokens()] == [
        ("Tên, mã, địa chỉ: b", "/x?kind=clinic&since=nonsense&xep=-name"),
        ("Loại: Phòng khám", "/x?q=b&since=nonsense&xep=-name"),
    ]
    assert form.clear_url() == "/x?xep=-name"


def test_empty_parameters_leave_the_address():
    assert address(RequestFactory().get("/x?q=&a=1"), b="2") == "/x?a=1&b=2"


def test_a_month_is_whole_weeks_from_monday():
    grid = month(2026, 11, {date(2026, 11, 1): DayCell("3")}, today=date(2026, 11, 23))
    assert grid.weeks[0][0].day == date(2026, 10, 26) and not grid.weeks[0][0].inside
    assert grid.weeks[0][6].cell == DayCell("3")
    assert {len(week) for week in grid.weeks} == {7}


def test_a_sheet_never_holds_a_formula():
    file = BytesIO()
    rows = [["=1+1", 3, date(2026, 11, 1)], ["+cmd|' /C calc'!A0", None, None], ["http://example.org", 1, NOW]]
    columns = [xlsx.Column("Tên"), xlsx.Column("Số", "number"), xlsx.Column("Ngày", "date")]
    xlsx.write(file, title="=HYPERLINK(1)", columns=columns, rows=rows, notes=["@x"])
    sheet = ZipFile(file).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet and "<hyperlink" not in sheet
    assert "=1+1" in sheet


NEW_MAP = date(2025, 7, 1)


def test_a_map_names_each_area_its_value_and_what_nobody_knows():
    areas = [
        Area("25195", "Phường Bình Phước", Decimal(12), url="/dong/"),
        Area("25210", "Phường Đồng Xoài", None),
        Area("25217", "Phường Phước Bình", None, text="dưới 5"),
        Area("", "Nơi khác", Decimal(3)),
    ]
    drawn = render("{% area_map areas 'Lượt khám theo xã' day 'lượt' %}", areas=areas, day=NEW_MAP)
    assert 'aria-label="Lượt khám theo xã"' in drawn
    assert "<title>Phường Bình Phước: 12</title>" in drawn and 'href="/dong/"' in drawn
    assert drawn.count('class="na"') == 2  # the area and its key
    assert "Phường Phước Bình: dưới 5" in drawn
    assert "Nơi khác" in drawn and "Nơi khác:" not in drawn  # in the table only


def test_steps_hold_about_as_many_areas_each_and_equal_values_share_one():
    values = [Decimal(n) for n in range(1, 11)]
    cuts, used = maps.steps(values)
    assert [(step.number, step.low, step.high) for step in used] == [
        (0, 1, 2), (1, 3, 4), (2, 5, 6), (3, 7, 8), (4, 9, 10)
    ]  # fmt: skip
    assert [maps.step_of(value, cuts) for value in values] == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert [step.number for step in maps.steps([Decimal(5)] * 9)[1]] == [0]
    assert maps.steps([]) == ([], [])


def test_one_area_that_has_more_than_all_others_stands_out():
    used = maps.steps([Decimal(1)] * 39 + [Decimal(13)])[1]
    assert [(step.number, step.low, step.high) for step in used] == [(0, 1, 1), (4, 13, 13)]
    assert [step.number for step in maps.steps(map(Decimal, [0, 0, 1, 1, 2, 5]))[1]] == [0, 1, 3, 4]


def test_areas_with_nothing_are_a_step_of_their_own():
    used = maps.steps(map(Decimal, [0] * 26 + [1] * 10 + [2] * 3 + [7]))[1]
    assert [(step.number, step.low, step.high) for step in used] == [(0, 0, 0), (2, 1, 1), (4, 2, 7)]
    areas = [
        Area("25195", "Phường Bình Phước", None, text="không có ca"),
        Area("25217", "Phường Phước Bình", Decimal(1)),
    ]
    drawn = render("{% area_map areas 'Ca' day 'ca' %}", areas=areas, day=NEW_MAP)
    assert drawn.count('class="none"') == 1 and '<span class="sw none" aria-hidden="true"></span>không có ca' in drawn


def test_a_day_without_borders_is_a_table_alone():
    drawn = render(
        "{% area_map areas 'Lượt' day 'lượt' %}", areas=[Area("1", "Xã A", Decimal(1))], day=date(2020, 1, 1)
    )
    assert "<svg" not in drawn and '<details class="map-table" open>' in drawn


def test_names_are_written_where_they_fit():
    shapes = maps.drawing(NEW_MAP).shapes
    names = dict.fromkeys(shapes, "Tên xã")
    written = maps.names_with_room(names, shapes)
    assert 0 < len(written) < 40
    assert maps.names_with_room(dict.fromkeys(shapes, "x" * 200), shapes) == []
    assert maps.names_with_room(dict.fromkeys(shapes, "x" * 200), shapes, first=["25195"]) == ["25195"]
