"""Ticks: what they change, two nurses at once, a button pressed twice, days that cannot be, taking back."""

import threading

import pytest
from django.db import connection

from soyte.kernel.access.policy import Refused
from soyte.kernel.access.tests.people import actor
from soyte.kernel.audit.models import AuditEvent
from soyte.systems.care.commune_station import services
from soyte.systems.care.commune_station.models import FollowUp, Tick
from soyte.systems.care.commune_station.tests.people import (
    DONG_XOAI,
    day,
    followed,
    nurse,
    seen,
    station,
    stay,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def row():
    return followed(seen(20, due=9))[0]


def test_a_tick_says_what_came_of_it_by_whom_and_is_audited(row):
    mai = nurse()
    services.tick(mai, row.pk, version=1, result="reminded", note="Con gái nghe máy")
    row.refresh_from_db()
    assert (row.result_code, row.ticked_by, row.version, row.is_done) == ("reminded", mai.account, 2, False)
    told = AuditEvent.objects.get(action="follow_ups.tick")
    assert (told.person_id, told.account, told.details) == (
        row.person_id, mai.account, {"act": "tick", "result": "reminded"},
    )  # fmt: skip


@pytest.mark.parametrize("code", ["elsewhere", "refused", "away", "died"])
def test_some_results_leave_nothing_to_do(row, code):
    assert services.tick(nurse(), row.pk, version=1, result=code).is_done


def test_a_promised_day_counts_instead_until_another_or_the_file_s_own(row):
    mai = nurse()
    services.tick(mai, row.pk, version=1, result="other_day", again_on=day(-4))
    services.tick(mai, row.pk, version=2, result="reminded")
    row.refresh_from_db()
    assert row.on_day == day(-4)
    services.undo(mai, row.pk, version=3)
    services.undo(mai, row.pk, version=4)
    row.refresh_from_db()
    assert (row.on_day, row.result_code, row.ticked_by) == (day(9), "", None)


@pytest.mark.parametrize("again_on", [None, day(1), day(-367)])
def test_a_day_that_cannot_be_promised_is_refused(row, again_on):
    with pytest.raises(services.BadDay):
        services.tick(nurse(), row.pk, version=1, result="other_day", again_on=again_on)
    assert not Tick.objects.exists()


def test_a_day_without_a_result_that_asks_for_it_is_left_aside(row):
    services.tick(nurse(), row.pk, version=1, result="reminded", again_on=day(300))
    row.refresh_from_db()
    assert row.on_day == day(9)


def test_a_result_of_another_kind_of_work_is_refused(row):
    with pytest.raises(services.NoSuchResult):
        services.tick(nurse(), row.pk, version=1, result="asked_well")
    (home,) = [one for one in followed(stay(1)) if one.kind == "discharge"]
    assert services.tick(nurse(), home.pk, version=1, result="asked_well").is_done


def test_a_button_pressed_twice_is_one_tick_and_one_undo(row):
    mai = nurse()
    for _ in range(2):
        services.tick(mai, row.pk, version=1, result="reminded")
    assert Tick.objects.count() == 1
    for _ in range(2):
        services.undo(mai, row.pk, version=2)
    assert FollowUp.objects.get(pk=row.pk).version == 3


def test_of_two_nurses_the_second_is_told_what_the_first_did(row):
    services.tick(nurse("Chị Mai"), row.pk, version=1, result="not_met")
    with pytest.raises(services.TickedMeanwhile, match="Chị Mai vừa ghi “Không gặp, không nghe máy”"):
        services.tick(nurse("Chị Lan"), row.pk, version=1, result="reminded")
    services.undo(nurse("Chị Mai"), row.pk, version=2)
    with pytest.raises(services.UndoneMeanwhile, match="Chị Mai vừa hoàn tác"):
        services.tick(nurse("Chị Lan"), row.pk, version=2, result="reminded")


def test_a_colleague_may_take_back_and_the_history_keeps_both(row):
    services.tick(nurse("Chị Mai"), row.pk, version=1, result="refused")
    lan = nurse("Chị Lan")
    services.undo(lan, row.pk, version=2)
    (kept,) = Tick.objects.all()
    assert (kept.account.display_name, kept.undone_by) == ("Chị Mai", lan.account)
    with pytest.raises(services.NothingToUndo):
        services.undo(lan, row.pk, version=3)


def test_nobody_of_another_commune_or_without_the_right_ticks(row):
    for other in (nurse(commune=DONG_XOAI), actor("doctor", station()), actor("cdc_officer", station())):
        with pytest.raises(Refused):
            services.tick(other, row.pk, version=1, result="reminded")


@pytest.mark.django_db(transaction=True)
def test_two_nurses_in_the_same_moment_make_one_tick(row):
    nurses, faults = [nurse("Chị Mai"), nurse("Chị Lan")], []

    def press(who):
        try:
            services.tick(who, row.pk, version=1, result="reminded")
        except services.TickedMeanwhile as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(who,)) for who in nurses]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert Tick.objects.count() == 1 and len(faults) == 1
