"""What files make of reports: drafts, windows, homes, deaths, labels; files sent again, late, out of order, withdrawn."""

import datetime as dt

import pytest
from django.utils import timezone

from soyte.kernel.audit.models import AuditEvent
from soyte.kernel.outbox.consumers import consumers
from soyte.kernel.outbox.models import Event
from soyte.systems.prevention.infectious_disease.models import CaseEvent, CaseReport, CaseVisit
from soyte.systems.prevention.infectious_disease.tests.people import (
    BINH_PHUOC,
    DONG_XOAI,
    at,
    drafted,
    ill,
    person,
    replaced,
    station,
    withdrawn,
)

pytestmark = pytest.mark.django_db
State, Attention = CaseReport.State, CaseReport.Attention


@pytest.fixture(autouse=True)
def _stations():
    for commune in (BINH_PHUOC, DONG_XOAI):
        station(commune)


def only(cases):
    (case,) = cases
    return case


def test_a_notifiable_main_diagnosis_makes_a_draft_and_others_none():
    case = only(drafted(ill("A97.0"), ill("J02.9")))
    assert (case.disease_code, case.disease_name, case.state) == ("dengue", "Sốt xuất huyết Dengue", "draft")
    assert case.due_at == at("2026-09-12 08:00")  # 48 hours by QĐ 97
    assert (case.commune_code, case.basis) == (BINH_PHUOC, "residence")


def test_the_list_is_that_of_the_day_of_arrival():
    first, second = drafted(ill("A97.0", when="2026-06-30 23:00", ended_at=at("2026-07-02 08:00")),
                            ill("A97.0", when="2026-07-01 00:10"))  # fmt: skip
    assert (first.hours, second.hours) == (24, 48)  # TT 54/2015 until 2026-06-30, QĐ 97 from then on


def test_hearing_twice_makes_one_report():
    one = ill()
    drafted(one)
    event = Event(topic="encounters.recorded", object_id=str(one.pk), payload={})
    consumer = next(c for c in consumers() if c.name == "infectious_disease.follow_visits")
    consumer.handler([event, event])
    assert CaseReport.objects.count() == CaseVisit.objects.count() == CaseEvent.objects.count() == 1


def test_the_same_person_within_the_window_is_one_case_in_whatever_order_files_come():
    hoa = person()
    early, late, far = (ill(who=hoa, when=f"2026-09-{day} 08:00") for day in ("01", "14", "29"))
    drafted(late)
    case, other = drafted(early, far)
    assert (case.seen_on, other.seen_on) == (dt.date(2026, 9, 1), dt.date(2026, 9, 29))
    assert case.visits.count() == 2


def test_persons_decided_to_be_one_have_one_case():
    hoa = person()
    again = person(merged_into=hoa)
    assert len(drafted(ill(who=hoa), ill(who=again, when="2026-09-12 08:00"))) == 1


def test_two_diseases_are_two_cases():
    hoa = person()
    assert len(drafted(ill("A97.0", who=hoa), ill("B05.9", who=hoa))) == 2


def test_a_death_has_its_own_row_from_the_end_of_the_visit():
    ended = at("2026-09-15 20:00")
    case, death = drafted(ill("A97.2", result_code="5", ended_at=ended))
    assert (case.kind, death.kind) == ("case", "death")
    assert death.due_at == ended + dt.timedelta(hours=24) and not death.is_late_file
    assert case.is_late_file and case.due_at == ended + dt.timedelta(hours=1 + 48)


def test_a_file_three_months_late_runs_from_its_receipt_and_says_so():
    case = only(drafted(ill(when="2026-07-05 08:00", received="2026-10-05 09:00")))
    assert (case.state, case.is_late_file, case.due_at) == ("draft", True, at("2026-10-07 09:00"))


def test_the_long_past_is_counted_without_a_clock():
    assert only(drafted(ill(when="2025-09-10 08:00", received="2026-09-10 08:00"))).state == State.PAST


@pytest.mark.parametrize(
    ("written", "when", "commune", "basis"),
    [
        ("", "2026-09-10 08:00", BINH_PHUOC, "unknown"),
        ("00001", "2026-09-10 08:00", BINH_PHUOC, "outside"),  # a code of Hà Nội
        ("99999", "2026-09-10 08:00", BINH_PHUOC, "unknown"),
        (DONG_XOAI, "2026-09-10 08:00", DONG_XOAI, "residence"),
        ("25201", "2026-09-10 08:00", BINH_PHUOC, "residence"),  # Tân Bình of the old map, a year after the change
        ("25201", "2025-06-20 08:00", BINH_PHUOC, "residence"),
        ("06978", "2025-06-20 08:00", BINH_PHUOC, "outside"),  # a code of the new map, before the change
    ],
)
def test_a_case_belongs_to_the_residence_or_else_to_the_facility(written, when, commune, basis):
    case = only(drafted(ill(when=when, commune=written)))
    assert (case.commune_code, case.basis) == (commune, basis)


def test_a_labelled_disease_keeps_its_label_and_another_diagnosis_brings_none():
    hiv, dengue = drafted(ill("B20.1", labels=["hiv"]), ill("A97.0", labels=["mental"], when="2026-09-11 08:00"))
    assert (hiv.labels, dengue.labels) == (["hiv"], [])


def test_a_withdrawn_visit_leaves_the_report_and_asks_for_a_look():
    one = ill()
    drafted(one)
    case = only(drafted(withdrawn(one)))
    assert (case.state, case.attention) == ("draft", "withdrawn")
    assert only(drafted(replaced(one))).attention == ""  # it came back
    assert [event.act for event in case.events.order_by("id")] == ["drafted", "withdrawn", "sent_again"]


def test_another_visit_of_the_case_still_stands():
    hoa = person()
    first, second = ill(who=hoa), ill(who=hoa, when="2026-09-12 08:00")
    drafted(first, second)
    assert only(drafted(withdrawn(first))).attention == ""


def test_another_diagnosis_of_the_same_visit_asks_for_a_look_and_drafts_the_new_disease():
    one = ill("A97.0")
    drafted(one)
    old, new = sorted(drafted(replaced(one, main_icd="B05.9")), key=lambda case: case.disease_code)
    assert (old.disease_code, old.attention) == ("dengue", "changed")
    assert (new.disease_code, new.attention) == ("measles", "")


def test_an_untouched_draft_follows_the_residence_of_the_new_version():
    one = ill()
    drafted(one)
    assert only(drafted(replaced(one, commune_code=DONG_XOAI))).commune_code == DONG_XOAI
    CaseReport.objects.update(version=2)
    newer = CaseVisit.objects.get().encounter
    assert only(drafted(replaced(newer, commune_code=BINH_PHUOC))).commune_code == DONG_XOAI


def test_a_new_visit_after_a_discard_is_shown_and_not_doubled():
    hoa = person()
    drafted(ill(who=hoa))
    CaseReport.objects.update(state=State.DISCARDED)
    case = only(drafted(ill(who=hoa, when="2026-09-12 08:00")))
    assert (case.state, case.attention) == ("discarded", "seen_again")


def test_a_server_clock_set_back_keeps_the_order_of_the_history(monkeypatch):
    one = ill()
    drafted(one)
    earlier = timezone.now() - dt.timedelta(hours=3)
    monkeypatch.setattr(timezone, "now", lambda: earlier)
    case = only(drafted(withdrawn(one)))
    assert [event.act for event in case.events.order_by("id")] == ["drafted", "withdrawn"]
    assert case.due_at == at("2026-09-12 08:00")


def of_another(seen, who):
    """The visit after a decision or a new file gave it to another person."""
    seen.person = who
    seen.save(update_fields=["person"])
    return seen


def test_an_untouched_draft_goes_with_its_only_visit_and_comes_back():
    mine, other = person(), person("Lê Thị Hoa")
    seen = ill(who=mine)
    drafted(seen)
    case = only(drafted(of_another(seen, other)))
    assert (case.person_id, case.attention, case.state) == (other.pk, Attention.NONE, State.DRAFT)
    rows = AuditEvent.objects.filter(action="cases.draft", details__act="moved").values_list("person_id", flat=True)
    assert set(rows) == {mine.pk, other.pk}
    assert only(drafted(of_another(seen, mine))).person_id == mine.pk


def test_a_report_that_somebody_worked_on_stays_and_the_true_person_gets_one():
    mine, other = person(), person("Lê Thị Hoa")
    seen = ill(who=mine)
    CaseReport.objects.filter(pk=only(drafted(seen)).pk).update(state=State.COMPLETED, version=2)
    drafted(of_another(seen, other))
    old, new = CaseReport.objects.get(person=mine), CaseReport.objects.get(person=other)
    assert (old.state, old.attention, old.visits.count()) == (State.COMPLETED, Attention.MOVED, 0)
    assert (new.state, new.attention, new.visits.count()) == (State.DRAFT, Attention.NONE, 1)
    drafted(of_another(seen, mine))
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.attention, old.visits.count()) == (Attention.NONE, 1)
    assert (new.attention, new.visits.count()) == (Attention.MOVED, 0)


def test_a_moved_visit_joins_the_report_that_its_true_person_has():
    mine, other = person(), person("Lê Thị Hoa")
    first, second, hers = ill(who=mine), ill(who=mine, when="2026-09-12 08:00"), ill(who=other)
    drafted(first, second, hers)
    drafted(of_another(second, other))
    kept, joined = CaseReport.objects.get(person=mine), CaseReport.objects.get(person=other)
    assert (kept.visits.count(), kept.attention, joined.visits.count()) == (1, Attention.NONE, 2)


def test_a_move_is_heard():
    consumer = next(c for c in consumers() if c.name == "infectious_disease.follow_visits")
    assert "encounters.moved" in consumer.topics
