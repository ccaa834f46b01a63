"""A report stands as it was frozen; what came later stands beside it."""

import datetime as dt

import pytest
from django.urls import reverse

from soyte.clinical.encounters.tests.histories import moment, send, withdraw
from soyte.kernel.access.policy import Refused
from soyte.kernel.access.tests.people import account, actor, post, unit
from soyte.kernel.audit.models import AuditEvent
from soyte.systems.steering.statistics.layout import form_on
from soyte.systems.steering.statistics.models import FrozenReport
from soyte.systems.steering.statistics.selectors import compare, reports
from soyte.systems.steering.statistics.services import PeriodNotOver, freeze
from soyte.systems.steering.statistics.tables import TableQuestion

pytestmark = pytest.mark.django_db
START, END = dt.date(2026, 6, 1), dt.date(2026, 6, 30)
BACKEND = "soyte.kernel.accounts.backends.AccountBackend"


@pytest.fixture(autouse=True)
def _plain_static(settings):
    settings.STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}


@pytest.fixture
def officer():
    return actor("statistician", unit("Sở Y tế", kind="department"))


def asked(end=END):
    return TableQuestion(form_on("14bct", end), end, START, end)


def totals(compared):
    return {(cell.reported, cell.known) for cell in compared.rows[0].cells if cell.has_changed}


def test_a_file_three_months_late_changes_what_is_known_and_not_what_was_reported(officer):
    send("A", "70001", dt.date(2026, 6, 10))
    report = freeze(officer, asked())
    assert compare(report, actor=officer).changed == 0
    send("B", "70001", dt.date(2026, 6, 20), received_at=moment(dt.date(2026, 9, 25)))
    compared = compare(report, actor=officer)
    assert totals(compared) == {(1, 2)}
    assert compared.is_whole


def test_a_resend_that_moves_a_visit_into_or_out_of_a_frozen_month_shows_as_a_difference(officer):
    send("A", "70001", dt.date(2026, 5, 30))
    send("B", "70001", dt.date(2026, 6, 10), main_icd="A09", main_icd_chapter="I")
    report = freeze(officer, asked())
    send("A", "70001", dt.date(2026, 6, 2))
    assert totals(compare(report, actor=officer)) == {(1, 2)}
    send("B", "70001", dt.date(2026, 7, 2), main_icd="A09", main_icd_chapter="I")
    compared = compare(report, actor=officer)
    changed = {
        row.name.split()[0]: [(c.reported, c.known) for c in row.cells if c.has_changed] for row in compared.rows
    }
    assert changed["A00-A09"][0] == (1, 0) and changed["J00-J06"][0] == (0, 1)
    assert totals(compared) == set()  # one came, one went


def test_a_withdrawn_visit_shows_as_a_difference(officer):
    send("A", "70001", dt.date(2026, 6, 10))
    report = freeze(officer, asked())
    withdraw("A", "70001")
    assert totals(compare(report, actor=officer)) == {(1, 0)}


def test_tampering_with_a_report_is_seen(officer):
    report = freeze(officer, asked())
    report.content["rows"][0]["cells"][0] = "999"
    FrozenReport.objects.filter(pk=report.pk).update(content=report.content)
    assert not compare(FrozenReport.objects.get(), actor=officer).is_whole


def test_a_period_that_is_not_over_cannot_be_frozen(officer):
    with pytest.raises(PeriodNotOver, match="31/12/2099"):
        freeze(officer, asked(dt.date(2099, 12, 31)))


def test_who_may_freeze_and_read(officer):
    report = freeze(officer, asked())
    clerk = actor("data_officer", unit("Sở Y tế", kind="department"))
    with pytest.raises(Refused):
        freeze(clerk, asked())
    assert list(reports(clerk)) == [report]
    assert not reports(actor("doctor", unit())).exists()
    done = AuditEvent.objects.filter(action="reports.freeze", object_id=str(report.pk))
    assert done.get().details["sha256"] == report.sha256


def test_the_pages_from_table_to_report(client):
    holder = account()
    post(holder, "statistician", unit("Sở Y tế", kind="department"))
    client.force_login(holder, backend=BACKEND)
    send("A", "70001", dt.date(2026, 6, 10))
    period = {"tu": "2026-06-01", "den": "2026-06-30", "mau": "2026-06-30", "ban-do": "moi"}
    shown = client.get(reverse("statistics:table", args=["14bct"]), period).content.decode()
    assert "J00-J06" in shown and "chờ rà soát" in shown and "số có giấy báo tử" in shown
    assert "A00-A09" not in shown  # rows without a number are left out on the page
    assert (
        "A00-A09" in client.get(reverse("statistics:table", args=["14bct"]), {**period, "dong": "het"}).content.decode()
    )
    answer = client.post(reverse("statistics:table_freeze", args=["14bct"]), period)
    report = FrozenReport.objects.get()
    assert answer.url == reverse("statistics:report", args=[report.pk])
    assert report.sha256 in client.get(answer.url).content.decode()
    send("B", "70001", dt.date(2026, 6, 10))
    later = client.get(answer.url, {"dong": "khac"}).content.decode()
    assert "ô nay đã khác" in later and "J00-J06" in later
    assert report.content["title"] in client.get(reverse("statistics:forms")).content.decode()
    for name, key in (("table_export", "14bct"), ("report_export", report.pk)):
        assert client.get(reverse(f"statistics:{name}", args=[key]), period).status_code == 200
    assert client.get(reverse("statistics:table", args=["khong-co"])).status_code == 404


def test_a_reversed_period_is_turned_round_and_an_open_one_is_refused_in_words(client):
    holder = account()
    post(holder, "statistician", unit("Sở Y tế", kind="department"))
    client.force_login(holder, backend=BACKEND)
    shown = client.get(
        reverse("statistics:table", args=["9bct"]), {"tu": "2026-06-30", "den": "2026-06-01"}
    ).content.decode()
    assert "Đổi lại hai ngày" in shown
    told = client.post(
        reverse("statistics:table_freeze", args=["9bct"]), {"tu": "2026-01-01", "den": "2099-01-01"}, follow=True
    )
    assert "Kỳ báo cáo chưa kết thúc (01/01/2099)" in told.content.decode()
