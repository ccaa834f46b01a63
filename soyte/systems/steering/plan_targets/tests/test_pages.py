"""The plan's pages: who opens them, what they say, and the table to take away."""

import datetime as dt
import io

import pytest
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from soyte.clinical.encounters.tests.visits import facility, person, visit
from soyte.kernel.access.tests.people import signed_in, unit
from soyte.kernel.audit.models import AuditEvent
from soyte.systems.steering.plan_targets import content, services
from soyte.systems.steering.plan_targets.models import Reading

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
PLAN = "chuyen_doi_so_2021_2025"


@pytest.fixture
def enter(client):
    def go(role="planner", at=None):
        return signed_in(client, role, at or unit("Sở Y tế", kind="department"))

    return go


@pytest.fixture
def seen():
    """One resident with one visit today, whose readings are computed."""
    found = visit(at=timezone.now() - dt.timedelta(hours=2), who=person(commune_code="25195"))
    services.compute()
    return found


def address(name, *rest):
    return reverse(f"plan_targets:{name}", args=[PLAN, *rest])


def test_the_plan_opens_before_anything_was_computed(enter):
    shown = enter().get(address("plan"))
    assert shown.status_code == 200
    assert "Chưa tính lần nào" in shown.content.decode()


def test_cards_say_their_figure_their_time_and_that_the_period_is_over(enter, seen):
    shown = enter().get(address("plan")).content.decode()
    assert shown.count("<article") == 30
    assert "sau kỳ kế hoạch" in shown and "Chờ hệ thống:" in shown
    assert ">0</a> / <a" in shown and ">1</a> người" in shown  # T4: nobody opened the record
    assert "Còn thiếu nhiều nhất: " + facility().name + " 0/1" in shown and "Tử số: " in shown
    only = enter().get(address("plan"), {"ket-qua": "dunno", "muc": "1.2"}).content.decode()
    assert only.count("<article") == 7 and "T16" in only and "T22" not in only


def test_a_plan_of_the_next_years_is_one_more_file_beside_it(enter, seen, tmp_path, monkeypatch):
    text = (content.FOLDER / "plans" / f"{PLAN}.yaml").read_text(encoding="utf-8")
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / f"{PLAN}.yaml").write_text(text, encoding="utf-8")
    renamed = text.replace(PLAN, "moi_2026_2030").replace("2021–2025\n", "2026–2030\n", 1)
    renamed = renamed.replace("{from: 2021-11-01, to: 2025-12-31}", "{from: 2026-01-01, to: 2030-12-31}")
    (tmp_path / "plans" / "moi_2026_2030.yaml").write_text(renamed, encoding="utf-8")
    (tmp_path / "systems").symlink_to(content.FOLDER / "systems")
    monkeypatch.setattr(content, "FOLDER", tmp_path)
    content.plans.cache_clear()
    try:
        assert list(content.plans()) == ["moi_2026_2030", PLAN]  # the latest period first
        latest = enter().get(reverse("plan_targets:plans"), follow=True).content.decode()
        assert "2026–2030" in latest and address("plan") in latest and "sau kỳ kế hoạch" not in latest
        assert "sau kỳ kế hoạch" in enter().get(address("plan")).content.decode()
    finally:
        content.plans.cache_clear()


def test_a_target_tells_its_formula_its_units_and_opens_their_rows(enter, seen):
    client = enter()
    shown = client.get(address("target", "T4")).content.decode()
    assert "nhật ký xem hồ sơ" in shown and facility().name in shown
    rows = client.get(address("rows", "T4"), {"o": "70001"}).content.decode()
    assert seen.visit_code in rows and seen.full_name not in rows
    assert seen.visit_code not in client.get(address("rows", "T4"), {"phan": "tu-so"}).content.decode()
    assert AuditEvent.objects.filter(action="figures.rows", object_id=f"{PLAN}/T4").count() == 2


@pytest.mark.parametrize(
    "role, target, opens", [("planner", "T4", True), ("planner", "T12", False), ("director", "T4", False)]
)
def test_a_number_leads_to_rows_where_there_are_some_and_the_reader_may_open_them(enter, seen, role, target, opens):
    shown = enter(role).get(address("target", target)).content.decode()
    assert (address("rows", target) in shown) == opens


def test_a_labelled_visit_is_not_among_the_rows_of_who_lacks_the_grant(enter, seen):
    hidden = visit(at=timezone.now() - dt.timedelta(hours=3), who=person(commune_code="25195"), labels=["hiv"])
    rows = enter().get(address("rows", "T8")).content.decode()
    assert hidden.visit_code not in rows and "không thuộc quyền xem" in rows


def test_what_is_not_there_is_404_and_who_has_no_right_is_refused(enter):
    client = enter()
    for there in (address("target", "T99"), address("rows", "T1"), "/ke-hoach/khong-co/"):
        assert client.get(there).status_code == 404
    assert enter("doctor", facility()).get(address("plan")).status_code == 403


def test_rows_need_the_right_to_their_card_too(enter, seen):
    doctor = enter("doctor", facility())  # may open rows of figures, not the plan
    assert doctor.get(reverse("statistics:rows", args=["visits"])).status_code == 200
    for address_ in (address("target", "T8"), address("rows", "T8"), address("rows", "T8") + "?phan=tu-so"):
        assert doctor.get(address_).status_code == 403


def test_computing_again_is_a_post_and_leaves_a_trace(enter):
    client = enter()
    assert client.get(address("compute")).status_code == 405
    assert client.post(address("compute")).status_code == 302
    assert AuditEvent.objects.filter(action="plan.compute").exists()
    assert set(Reading.objects.values_list("on", flat=True)) == {
        timezone.localdate(),
        *services.month_ends(timezone.localdate()),
    }


def test_a_second_computing_writes_the_same_day_once(seen):
    services.compute()
    assert Reading.objects.filter(measure="live_feeds", on=timezone.localdate()).count() == 1


def test_the_table_has_every_target_with_formula_and_time(enter, seen):
    answer = enter().get(address("export"))
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.getvalue())).get_sheet_by_index(0).to_python()
    told = {row[0]: row for row in sheet if row and str(row[0]).startswith("T")}
    assert len(told) == 30
    assert told["T4"][5:7] == [0, 1] and "nhật ký" in told["T4"][7]
    assert "Quản lý văn bản điện tử" in told["T1"][11]


def test_the_page_is_drawn_with_few_queries(enter, django_assert_max_num_queries, seen):
    client = enter()
    client.get(address("plan"))
    with django_assert_max_num_queries(12):
        client.get(address("plan"))


def test_tasks_name_their_systems_and_which_of_them_are_there(enter):
    shown = enter().get(address("tasks")).content.decode()
    assert "Trung tâm điều hành tại Sở" in shown and "đã có" in shown and "chưa có" in shown
