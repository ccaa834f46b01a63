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
from soyte.engines.indicators.figures import figure
from soyte.kernel.access.actor import actor_for
from soyte.kernel.access.tests.people import account, post, signed_in, unit
from soyte.kernel.audit.models import AuditEvent
from soyte.systems.steering.operations_centre import selectors

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


def test_headlines_equal_the_report_and_stand_beside_the_year_before(director, today):
    before = selectors.year_before(today)
    for day, number in ((today, 3), (before, 2)):
        for _n in range(number):
            visit(at=noon(day), ended_at=noon(day))
    found = selectors.headline("visits", actor=director, start=today, end=today)
    assert (found.value, found.before, found.change) == (3, 2, Decimal("0.5"))
    assert found.value == figure("visits", actor=director, start=today, end=today).total.value


def test_who_came_is_counted_once_by_check_in_or_visit(director, today):
    visit(at=noon(today), ended_at=noon(today))
    check_in("CI1", kind="01")
    found = selectors.headline("arrivals", actor=director, start=today, end=today)
    assert found.value == figure("arrivals", actor=director, start=today, end=today).total.value == 2


def test_beds_hold_open_stays_and_set_stale_ones_apart(director):
    hospital = facility()
    hospital.beds = 4
    hospital.save(update_fields=["beds"])
    check_in("B1")
    check_in("B2", kind="01", admitted_at=timezone.now())
    check_in("B3", kind="01")  # came, is not staying
    check_in("B4", days_ago=61)
    found = selectors.beds(director, "")
    [ward] = found.wards
    assert (found.people, found.stale, found.planned) == (2, 1, 4)
    assert (ward.people, ward.stale, ward.share, ward.tone) == (2, 1, 50, "")


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
