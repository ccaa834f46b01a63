"""Pages of the day: frozen by hand or at the hour, whole by their hash, never changed by later files."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from soyte.clinical.encounters.tests.visits import visit
from soyte.kernel.access.tests.people import signed_in, unit
from soyte.kernel.audit.models import AuditEvent
from soyte.kernel.digests import digest
from soyte.kernel.jobs.registry import job_kinds
from soyte.systems.steering.operations_centre import services
from soyte.systems.steering.operations_centre.models import DayPage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]


@pytest.fixture
def duty(client):
    return signed_in(client, "duty_officer", unit("Sở Y tế", kind="department"))


def came_today(number=1, **facts):
    now = timezone.now()
    for _n in range(number):
        visit(at=now, ended_at=now, **facts)


def test_a_page_frozen_by_hand_stays_as_it_was(duty):
    came_today(2)
    address = reverse("operations_centre:day_pages")
    assert duty.post(reverse("operations_centre:freeze_day_page")).status_code == 302
    came_today(3)
    page = DayPage.objects.get()
    assert page.content["headlines"]["visits"][0] == "2"
    assert page.sha256 == digest(page.content)
    shown = duty.get(reverse("operations_centre:day_page", args=[page.pk])).content.decode()
    assert page.sha256 in shown and "Tình hình ngày" in shown and "không còn khớp" not in shown
    assert page.sha256[:12] in duty.get(address).content.decode()
    assert AuditEvent.objects.filter(action="day_pages.freeze", object_id=str(page.pk)).exists()


def test_a_page_holds_the_plan_s_targets_in_vietnamese_whoever_freezes_it(duty, settings):
    came_today(main_icd="I10")
    job_kinds()["plan_targets.compute_readings"].function()
    duty.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert duty.post(reverse("operations_centre:freeze_day_page")).status_code == 302
    titles = [title for title, *_told in DayPage.objects.get().content["targets"]]
    assert "Người dân có hồ sơ sức khỏe kết nối phần mềm bệnh viện và trạm y tế" in titles


def test_a_page_that_was_changed_in_the_database_says_so(duty):
    duty.post(reverse("operations_centre:freeze_day_page"))
    page = DayPage.objects.get()
    page.content["unanswered"] = 99
    page.save()
    assert "không còn khớp" in duty.get(reverse("operations_centre:day_page", args=[page.pk])).content.decode()


def test_the_worker_freezes_a_day_once_and_no_day_that_is_over():
    today = timezone.localdate()
    assert services.freeze_at_the_hour(today - dt.timedelta(days=1)) is None
    made = services.freeze_at_the_hour(today)
    assert made.frozen_by is None
    assert services.freeze_at_the_hour(today) is None
    assert DayPage.objects.count() == 1


def test_a_labelled_diagnosis_among_few_has_no_number_on_paper(duty):
    came_today(main_icd="B20", main_icd_chapter="I", labels=["hiv"])
    page = services.freeze_at_the_hour(timezone.localdate())
    assert [line[1] for line in page.content["tops"]["diagnoses"]] == [None]
    assert "dưới 5" in duty.get(reverse("operations_centre:day_page", args=[page.pk])).content.decode()


def test_who_may_not_freeze_is_told_so(client):
    client = signed_in(client, "statistician", unit("Sở Y tế", kind="department"))
    assert client.post(reverse("operations_centre:freeze_day_page")).status_code == 403
    assert not DayPage.objects.exists()
    assert client.get(reverse("operations_centre:day_pages")).status_code == 200
