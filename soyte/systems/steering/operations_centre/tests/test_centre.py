"""The operations centre: its figures equal `soyte report`, and who sees what."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from soyte.clinical.encounters.models import CheckIn
from soyte.clinical.encounters.tests.visits import facility, visit
from soyte.engines.indicators import rolling
from soyte.engines.indicators.figures import figure
from soyte.kernel.access.actor import actor_for
from soyte.kernel.access.tests.people import account, post, signed_in, unit
from soyte.kernel.audit.models import AuditEvent
from soyte.systems.prevention.infectious_disease import public as diseases
from soyte.systems.safety.early_warning import public as early_warning
from soyte.systems.steering.operations_centre import beds, selectors
from soyte.systems.steering.operations_centre.board import board

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]


def check_in(code, *, days_ago=0, unit=None, **facts):
    unit = unit or facility()
    at = timezone.now() - dt.timedelta(days=days_ago, minutes=1)
    told = {"kind": "03", "full_name": "Lê Văn Tám", "birth_written": "198001010000", "sex": "1", **facts}
    return CheckIn.objects.create(
        unit=unit, facility_code=unit.facility_code, visit_code=code, started_at=at, received_at=at, received_order=1,
        in_force=True, source_receipt_id=1, **told,
    )  # fmt: skip


@pytest.fixture
def director():
    who = account("lanhdao.thu")
    post(who, "director", unit("Sở Y tế", kind="department"))
    return actor_for(who)


@pytest.fixture
def today():
    return timezone.localdate()


def noon(day):
    return timezone.make_aware(dt.datetime.combine(day, dt.time(0, 0, 1)))


@pytest.fixture(params=["rows", "cells"])
def counted(request):
    """Figures come from rows while cells are not built, and then from cells."""

    def now():
        if request.param == "cells":
            for code in rolling.rolled():
                rolling.rebuild(code)

    return now


def test_headlines_equal_the_report_and_stand_beside_the_year_before(director, today, counted):
    before = selectors.year_before(today)
    for day, number in ((today, 3), (before, 2)):
        for _n in range(number):
            visit(at=noon(day), ended_at=noon(day))
    check_in("CI1", kind="01")
    counted()
    found = selectors.figures(director, today, alarms={})
    visits = found.headlines["visits"]
    assert (visits.value, visits.before, visits.change) == (3, 2, Decimal("0.5"))
    assert visits.trend == [0.0] * 13 + [3.0]
    for code in selectors.HEADLINES:
        assert found.headlines[code].value == figure(code, actor=director, start=today, end=today).total.value
    assert found.headlines["arrivals"].value == 4  # three visits and a check-in, each once


def test_money_diagnoses_facilities_and_the_map_equal_the_report(director, today, counted):
    for code, icd, chapter, amount in (
        ("70001", "J18.9", "X", 100),
        ("70002", "J18", "X", 50),
        ("70002", "K29", "XI", 7),
    ):
        visit(
            unit=facility(code), at=noon(today), ended_at=noon(today), main_icd=icd, main_icd_chapter=chapter,
            insurer_amount=amount, commune_code="25195",
        )  # fmt: skip
    then = noon(selectors.year_before(today))
    visit(at=then, ended_at=then, commune_code="25195")
    counted()
    found = selectors.figures(director, today, alarms={})
    month = figure("cost_insurer", actor=director, start=today.replace(day=1), end=today)
    assert found.month_money.value == month.total.value == 157
    assert found.money[-1] == (today, 157) and len(found.money) == selectors.TREND_DAYS
    assert [(line.name[:3], line.value) for line in found.tops["diagnoses"]] == [("J18", 2), ("K29", 1)]
    assert [line.value for line in found.tops["facilities"]] == [2, 1]
    [here] = [area for area in found.map.areas if area.value]
    assert (here.code, here.value, here.note) == ("25195", 3, "năm trước 1")
    assert {area.note for area in found.map.areas if not area.value} == {"năm trước 0"}


def test_a_labelled_diagnosis_among_few_has_no_number_and_opens_nothing(director, today, counted):
    visit(at=noon(today), ended_at=noon(today), main_icd="B20", main_icd_chapter="I", labels=["hiv"])
    counted()
    [line] = selectors.figures(director, today, alarms={}).tops["diagnoses"]
    assert (line.value, line.url) == (None, "")


def test_beds_hold_open_stays_and_set_stale_ones_apart(director):
    for code, planned in (("", 4), ("70002", 6)):
        hospital = facility(code) if code else facility()
        hospital.beds = planned
        hospital.save(update_fields=["beds"])
    check_in("B1")
    check_in("B2", kind="01", admitted_at=timezone.now())
    check_in("B3", kind="01")  # came, is not staying
    check_in("B4", days_ago=61)
    found = beds.beds(director, selectors.year_before(timezone.localdate()))
    ward, empty = found.wards
    assert (found.people, found.stale, found.planned, found.share) == (2, 1, 10, 0.2)
    assert (ward.people, ward.stale, ward.share, ward.tone) == (2, 1, 50, "")
    assert (empty.people, empty.planned) == (0, 6)  # its beds count though nobody lies in them


def test_who_lay_in_a_bed_a_year_ago_is_counted_by_visits(director, today):
    day = selectors.year_before(today)
    for came, left, kind in ((-3, 2, "03"), (0, 1, "03"), (-3, 0, "03"), (1, 2, "03"), (-1, 3, "01"), (-70, 1, "03")):
        visit(at=noon(day + dt.timedelta(came)), ended_at=noon(day + dt.timedelta(left)), kind=kind)
    visit(at=noon(day), ended_at=noon(day + dt.timedelta(1)), kind="03", unit=facility("70002"))
    check_in("B1")
    found = beds.beds(director, day)
    # The first two: the others had left, not come, no stay, or too long.
    told = [(ward.facility_code, ward.people, ward.before) for ward in found.every if ward.people or ward.before]
    assert told == [("70001", 1, 2), ("70002", 0, 1)]
    assert found.before == 3


@pytest.mark.parametrize(("day", "before"), [((2024, 2, 29), (2023, 2, 28)), ((2026, 11, 26), (2025, 11, 26))])
def test_the_same_day_a_year_ago(day, before):
    assert selectors.year_before(dt.date(*day)) == dt.date(*before)


def test_the_page_says_figures_time_and_coverage_and_is_audited(client, today):
    visit(at=noon(today), ended_at=noon(today))
    shown = signed_in(client, "director", unit("Sở Y tế", kind="department")).get(reverse("operations_centre:centre"))
    text = shown.content.decode()
    assert "Lượt khám hôm nay" in text and "Số đến" in text and "cơ sở đã có lượt ra viện" in text
    assert f"/so-lieu/visits/?tu={today}" in text and "/dong/?" not in text  # figures, not the rows of people
    assert AuditEvent.objects.filter(action="centre.read", object_id=str(today)).exists()


def test_the_board_has_clocks_and_late_feeds_of_now(director, today, monkeypatch):
    now = timezone.now()
    running = diseases.Running("Sởi", "Xã Phú Riềng", 2, now, now + dt.timedelta(hours=2), "")
    feed = early_warning.LateFeed("Cơ sở A", now - dt.timedelta(days=4), dt.timedelta(hours=5), False, "/x/")
    monkeypatch.setattr(diseases, "clocks", lambda actor, most: diseases.Clocks(2, 0, 1, [running]))
    monkeypatch.setattr(early_warning, "alarms", lambda actor: early_warning.Alarms([], [feed]))
    read = board(director, today)
    assert [(line.running.disease, line.clock.tone) for line in read.disease_clocks] == [("Sởi", "good")]
    assert [(line.feed.name, line.silent, line.tone) for line in read.late] == [("Cơ sở A", "4 ngày", "bad")]
    earlier = board(director, today - dt.timedelta(days=1))
    assert (earlier.clocks, earlier.alarms, earlier.beds) == (None, None, None)


def test_an_earlier_day_has_no_beds_and_a_garbled_or_coming_one_is_today(client, today):
    client = signed_in(client, "director", unit("Sở Y tế", kind="department"))
    earlier = client.get(reverse("operations_centre:centre"), {"ngay": str(today - dt.timedelta(days=3))})
    assert "Đang nằm viện" not in earlier.content.decode()
    for garbled in ("2026-13-45", "khong", str(today + dt.timedelta(days=9))):
        shown = client.get(reverse("operations_centre:centre"), {"ngay": garbled})
        assert "Lượt khám hôm nay" in shown.content.decode()


def test_rows_of_people_in_beds_are_for_whoever_may_open_rows(client):
    check_in("NAM01")
    check_in("NAM02", labels=["hiv"])
    address = reverse("operations_centre:inpatients")
    department = unit("Sở Y tế", kind="department")
    rows = signed_in(client, "data_officer", department).get(address, {"co-so": "70001"}).content.decode()
    assert "NAM01" in rows and "Lê Văn Tám" not in rows
    assert "NAM02" not in rows and "không thuộc quyền xem" in rows
    assert signed_in(client, "director", department).get(address).status_code == 403


def test_the_director_sees_beds_by_facility_and_no_link_to_rows(client):
    check_in("NAM01")
    department = unit("Sở Y tế", kind="department")
    signed_in(client, "director", department)
    for address in (reverse("operations_centre:centre"), reverse("operations_centre:wards")):
        text = client.get(address).content.decode()
        assert reverse("operations_centre:inpatients") not in text
    assert facility().name in text
    rows = signed_in(client, "data_officer", department).get(reverse("operations_centre:wards")).content.decode()
    assert reverse("operations_centre:inpatients") + "?co-so=70001" in rows


def test_the_board_asks_as_much_of_many_facilities_as_of_one(client, today, django_assert_max_num_queries):
    client = signed_in(client, "director", unit("Sở Y tế", kind="department"))
    address = reverse("operations_centre:board")
    client.get(address)
    visit(at=noon(today), ended_at=noon(today))
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for number in range(2, 9):
        visit(at=noon(today), ended_at=noon(today), unit=facility(f"7000{number}"))
        check_in(f"N{number}", unit=facility(f"7000{number}"))
    with django_assert_max_num_queries(len(one)):
        assert "hx-get" in client.get(address).content.decode()
