"""Pages of figures: what they show to whom, and the table for the office."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from soyte.clinical.encounters.tests.visits import facility, visit
from soyte.kernel.access.tests.people import signed_in, unit
from soyte.kernel.audit.models import AuditEvent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
YEAR = "tu=2026-01-01&den=2026-12-31"


@pytest.fixture
def enter(client):
    def go(role="data_officer", at=None):
        return signed_in(client, role, at or unit("Sở Y tế", kind="department"))

    return go


def page(client, name="figure", code="visits", query=YEAR):
    return client.get(f"{reverse(f'statistics:{name}', args=[code])}?{query}")


def text(answer):
    return answer.content.decode()


def at(month, day):
    return timezone.make_aware(dt.datetime(2026, month, day, 8))  # noqa: DTZ001


def test_every_indicator_is_listed_with_its_source(enter):
    shown = text(enter().get(reverse("statistics:indicators")))
    for title in ("Lượt khám, điều trị", "Tổng chi phí", "Lượt mắc bệnh phải báo cáo"):
        assert title in shown
    assert "QĐ 97/QĐ-PB" in shown


def test_a_cell_opens_the_rows_behind_it(enter):
    visit(at=at(3, 1)), visit(at=at(3, 2)), visit(at=at(4, 1))
    client = enter()
    shown = text(page(client))
    assert "loc-month=2026-03" in shown
    rows = text(page(client, "rows", query=f"{YEAR}&loc-month=2026-03"))
    assert rows.count('<th scope="row"') == 2 and "Tháng: 03/2026" in rows


@pytest.mark.parametrize(
    "name, code, query",
    [
        ("figure", "visits", f"{YEAR}&theo=facility"),
        ("map", "visits", YEAR),
        ("table", "14bct", "tu=2026-03-01&den=2026-03-31"),
    ],
)
def test_who_may_not_open_rows_gets_numbers_that_lead_nowhere(enter, name, code, query):
    visit(at=at(3, 1), commune_code="25195")
    rows = reverse("statistics:rows", args=["visits"])
    assert rows in text(page(enter("statistician"), name, code, query))
    shown = page(enter("director"), name, code, query)
    assert shown.status_code == 200 and rows not in text(shown)


def test_a_row_leads_to_its_visit_for_who_may_read_it(enter):
    mine = facility("70001")
    here, there = visit(unit=mine, at=timezone.now()), visit(unit=facility("70002"), at=timezone.now())
    labelled = visit(unit=mine, at=timezone.now(), labels=["hiv"])
    now = f"tu={here.ended_on}&den={here.ended_on}"

    def address(seen):
        return reverse("health_record:visit", args=[seen.person_id, seen.pk])

    doctor = enter("doctor", mine)
    rows = text(page(doctor, "rows", query=now))
    assert address(here) in rows and address(labelled) not in rows and there.visit_code not in rows
    assert doctor.get(address(here)).status_code == 200
    rows = text(page(enter("statistician"), "rows", query=now))
    assert here.visit_code in rows and address(here) not in rows


def test_rows_have_no_name_of_a_person_and_words_for_codes(enter):
    visit(at=at(3, 1), main_icd="J02.9")
    rows = text(page(enter(), "rows"))
    assert "Trần Thị Hoa" not in rows
    assert "Viêm họng" in rows and "Khám bệnh" in rows


def test_a_small_cell_says_under_five_and_opens_nothing(enter):
    for _ in range(3):
        visit(at=at(3, 1), main_icd="B20", main_icd_chapter="I", labels=["hiv"])
    shown = text(page(enter(), query=f"{YEAR}&theo=icd_chapter"))
    assert "dưới 5" in shown and "loc-icd_chapter=I&" not in shown and 'loc-icd_chapter=I"' not in shown


@pytest.mark.parametrize(
    ("split", "shown", "left_out"),
    [
        ("disease", "Tay - chân - miệng", "hand_foot_mouth"),
        ("age", "15 đến dưới 60 tuổi", ">15-59<"),
        ("facility", "70001", "~"),
    ],
)
def test_codes_stand_beside_names_where_officers_know_them(enter, split, shown, left_out):
    visit(at=at(9, 1), main_icd="B08.4", main_icd_chapter="I", unit=facility("70001"), birth_written="199001010000")
    table = text(page(enter(), query=f"{YEAR}&theo={split}")).split("<tbody>")[1]
    assert shown in table and left_out not in table.replace("loc-disease=hand_foot_mouth", "")


def test_the_rows_of_a_hidden_cell_are_closed_whoever_writes_their_address(enter):
    visit(at=at(3, 1), main_icd="B20", main_icd_chapter="I", labels=["hiv"])
    plain = visit(at=at(3, 1), main_icd="B20", main_icd_chapter="I")
    rows = text(page(enter(), "rows", query=f"{YEAR}&loc-icd_block=B20-B24"))
    assert "Dưới 5 lượt" in rows and plain.visit_code not in rows and "không thuộc quyền xem</p>" not in rows
    assert "dưới 5" in text(page(enter(), query=f"{YEAR}&loc-icd_block=B20-B24"))


def test_the_table_for_the_office_hides_what_the_page_hides(enter, tmp_path):
    for _ in range(3):
        visit(at=at(3, 1), main_icd="B20", main_icd_chapter="I", labels=["hiv"])
    for _ in range(6):
        visit(at=at(3, 1), main_icd="K35", main_icd_chapter="XI")
    answer = page(enter(), "export", query=f"{YEAR}&theo=icd_chapter")
    file = tmp_path / "bang.xlsx"
    file.write_bytes(b"".join(answer.streaming_content))
    rows = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
    assert {row[0]: row[2] for row in rows if row[0] in {"I", "XI"}} == {"I": "dưới 5", "XI": 6}


def test_rows_that_may_not_be_seen_are_said_without_a_number(enter):
    visit(at=at(3, 1))
    visit(at=at(3, 2), main_icd="B20", labels=["hiv"])
    rows = text(page(enter(), "rows"))
    assert rows.count('<th scope="row"') == 1 and "và một số lượt không thuộc quyền xem" in rows
    assert "B20" not in rows


def test_a_hospital_sees_its_own_figures_alone(enter):
    mine = facility("70001")
    visit(unit=mine, at=at(3, 1)), visit(unit=facility("70002"), at=at(3, 1))
    shown = text(page(enter("doctor", mine), query=f"{YEAR}&theo=facility"))
    assert "Cơ sở 70001" in shown and "Cơ sở 70002" not in shown


def test_reading_a_figure_is_on_record(enter):
    page(enter(), query=f"{YEAR}&theo=kind")
    event = AuditEvent.objects.get(action="figures.read")
    assert (event.object_id, event.details["by"], event.details["from"]) == ("visits", "kind", "2026-01-01")


@pytest.mark.parametrize("query", ["tu=abc&den=2026-13-45", "theo=nothing", "loc-kind=%00x", ""])
def test_an_address_that_asks_nonsense_gets_the_last_twelve_months(enter, query):
    assert page(enter(), query=query).status_code in (200, 400)


def test_a_reversed_period_is_turned_round_and_said(enter):
    visit(at=at(4, 15))
    shown = text(page(enter(), query="tu=2026-05-01&den=2026-04-01"))
    assert "Ngày đầu (01/05/2026) sau ngày cuối (01/04/2026)" in shown
    assert 'name="tu" value="01/04/2026"' in shown


def test_days_are_typed_as_vietnamese_write_them(enter):
    visit(at=at(4, 15))
    shown = text(page(enter(), query="tu=1/4/2026&den=31/4/2026"))
    assert 'name="tu" value="01/04/2026"' in shown and 'name="den" value="31/4/2026"' in shown
    assert "Đến ngày: “31/4/2026” không phải là ngày" in shown


def test_an_unknown_figure_is_not_found(enter):
    assert page(enter(), code="khong-co").status_code == 404


def test_money_is_short_in_the_tile_and_exact_beside(enter):
    visit(at=at(3, 1), total_amount=156_887_292)
    shown = text(page(enter(), code="cost_total"))
    assert "157 triệu đồng" in shown and "156.887.292" in shown


def test_the_map_shows_what_the_table_shows_and_opens_its_rows(enter):
    for month, code in ((5, "25195"), (6, "25198"), (8, "25195")):
        visit(at=timezone.make_aware(dt.datetime(2025, month, 1, 8)), commune_code=code)  # noqa: DTZ001
    client = enter()
    shown = text(page(client, "map", query="tu=2025-01-01&den=2025-12-31"))
    assert "<svg" in shown and "Phường Bình Phước: 3 lượt" in shown
    assert "Kỳ này có mã xã của cả hai bản đồ" in shown
    rows = "loc-place=25195%40cu&amp;loc-place=25195%40moi&amp;loc-place=25198%40cu"
    assert rows in shown
    behind = text(page(client, "rows", query="tu=2025-01-01&den=2025-12-31&" + rows.replace("&amp;", "&")))
    assert behind.count('<th scope="row"') == 3
    old = text(page(client, "map", query="tu=2025-01-01&den=2025-12-31&ban-do=cu"))
    assert "Phường Tân Phú" in old and "xã từ 01/7/2025, gồm" in old and '<svg class="map"' not in old
