"""Roll-ups answer as the rows do, whatever happened to the visits and however events came."""

import datetime as dt
import threading
from decimal import Decimal

import pytest
from django.db import OperationalError, connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from soyte.clinical.encounters.models import Encounter
from soyte.clinical.encounters.tests.histories import FIRST, check_in, moment, send, withdraw
from soyte.clinical.encounters.tests.visits import facility, visit
from soyte.engines.indicators import figures, rolling, rollups
from soyte.engines.indicators.events import keep_cells
from soyte.engines.indicators.models import Cell, RolledUp
from soyte.kernel.access.tests.people import actor, unit
from soyte.kernel.actors import Machine
from soyte.kernel.outbox.consumers import consume, consumers
from soyte.kernel.outbox.models import Event
from soyte.kernel.outbox.tests.settled import settled

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # to shrink a history takes minutes
OPERATOR = Machine("test")
PERIOD = {"start": FIRST - dt.timedelta(days=10), "end": FIRST + dt.timedelta(days=60)}
FACILITIES = ("70001", "70002", "70003")
# Main diagnosis, its chapter, labels: one notifiable by both lists, one by the list from July, one protected.
ILLNESSES = (("A97.0", "I", []), ("J02.9", "X", []), ("B20", "I", ["hiv"]), ("O80", "XV", []), ("A90", "I", []))

facts = st.fixed_dictionaries(
    {
        "illness": st.sampled_from(ILLNESSES),
        "nights": st.sampled_from([0, 0, 0, 1, 25]),
        "commune_code": st.sampled_from(["25195", "25198", ""]),
        "result_code": st.sampled_from(["1", "2", "5", "8"]),
        "total_amount": st.sampled_from([None, Decimal("100000.55"), Decimal(7)]),
    }
)
acts = st.tuples(
    st.sampled_from(["send", "send", "send", "check_in", "withdraw"]),
    st.sampled_from("ABCDEF"),
    st.sampled_from(FACILITIES),
    st.integers(0, 45),
    facts,
)


def act(kind, code, facility_code, day, facts):
    if kind == "withdraw":
        withdraw(code, facility_code)
        return
    told = dict(facts)
    icd, chapter, labels = told.pop("illness")
    if kind == "send":
        told |= {"main_icd": icd, "main_icd_chapter": chapter}
    {"send": send, "check_in": check_in}[kind](
        code, facility_code, FIRST + dt.timedelta(days=day), labels=list(labels), **told
    )


def build():
    for code in rolling.rolled():
        rolling.rebuild(code)


def told(figure):
    names = [dict(names) for names in figure.names]
    return sorted((cell.keys, cell.value, cell.hidden) for cell in figure.cells), figure.total, names


def assert_same(code, who, **question):
    plain = figures.figure(code, actor=who, **question)
    assert told(rollups.figure(code, actor=who, **question)) == told(plain), (code, question)


def assert_same_at_once(who, asked):
    """Several questions read at once, each as the rows answer it."""
    found = rollups.several([rollups.Asked(code, **question) for code, question in asked], actor=who)
    for (code, question), one in zip(asked, found, strict=True):
        assert told(one) == told(figures.figure(code, actor=who, **question)), (code, question)


def assert_rollups_answer_as_the_rows(who, splits=lambda daily: daily):
    of_two = {"by": ["day", "facility"], "where": {"facility": FACILITIES[:2]}, **PERIOD}
    week = {"start": FIRST + dt.timedelta(days=3), "end": FIRST + dt.timedelta(days=9)}
    for code, indicator in rolling.rolled().items():
        assert rolling.is_current(code)
        split = splits(indicator.daily)
        for one in split:
            assert_same(code, who, by=[one], **PERIOD)
        assert_same(code, who, **of_two)
        for kept in indicator.monthly:  # whole months in the middle, days at both ends
            question = {"actor": who, "by": [*kept], **PERIOD}
            plain = figures.crossed_of(figures.Question.of(code, **question))
            assert sorted(rollups.crossed(code, **question).rows) == sorted(plain.rows), (code, kept)
        asked = [{"by": [one], **PERIOD} for one in split] + [of_two, week, {"by": ["day"], **PERIOD}]
        asked.append({"where": {"month": f"{FIRST:%Y-%m}"}, "by": ["facility", "kind"], **PERIOD})  # not from cells
        asked.append({"where": {"month": f"{FIRST:%Y-%m}"}, "by": ["facility"], **PERIOD})
        assert_same_at_once(who, [(code, question) for question in asked])


@pytest.mark.slow
@pytest.mark.django_db
@settings(max_examples=12, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(acts, min_size=1, max_size=14), st.randoms(use_true_random=False))
def test_cells_that_followed_a_history_equal_the_rows(history, chance):
    with transaction.atomic():
        build()
        heard = 0
        for one in history:
            act(*one)
            if chance.random() < 0.4:  # some late, some twice
                keep_cells(list(Event.objects.filter(id__gt=heard)))
                heard = chance.choice([heard, Event.objects.order_by("id").values_list("id", flat=True).last() or 0])
        keep_cells(list(Event.objects.filter(id__gt=heard)))
        for who in (
            OPERATOR,
            actor("data_officer", unit("Sở Y tế", kind="department")),
            actor("doctor", facility("70001")),
        ):
            assert_rollups_answer_as_the_rows(who, lambda daily: [chance.choice(daily)])
        assert [rolling.differing(code) for code in rolling.rolled()] == [0] * len(rolling.rolled())
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_a_series_has_a_value_for_each_day_and_is_read_from_cells():
    build()
    send("A", "70001", FIRST), send("B", "70001", FIRST), send("C", "70002", FIRST + dt.timedelta(days=2))
    keep_cells(list(Event.objects.all()))
    asked = {"actor": OPERATOR, "start": FIRST, "end": FIRST + dt.timedelta(days=3)}
    Encounter.objects.update(in_force=False)  # unheard: what answers now are the cells
    assert rollups.series("visits", **asked).lines == {"": [2, 0, 1, 0]}
    assert rollups.series("visits", by="facility", **asked).lines == {"70001": [2, 0, 0, 0], "70002": [0, 0, 1, 0]}
    assert rollups.series("deaths", **asked).lines == {"": [0, 0, 0, 0]}


@pytest.mark.django_db
def test_a_labelled_row_among_few_is_hidden_in_cells_too():
    build()
    send("A", "70001", FIRST, main_icd="B20", main_icd_chapter="I", labels=["hiv"])
    send("B", "70001", FIRST)
    keep_cells(list(Event.objects.all()))
    officer = actor("data_officer", unit("Sở Y tế", kind="department"))
    found = rollups.figure("visits", actor=officer, by=["icd_chapter"], **PERIOD)
    assert {cell.keys[0]: (cell.value, cell.hidden) for cell in found.cells} == {"I": (None, True), "X": (1, False)}
    assert found.total.value == 2
    assert rollups.series("visits", actor=officer, by="icd_chapter", **PERIOD).lines["I"].count(None) == 1


@pytest.mark.django_db
def test_what_cells_cannot_answer_is_counted_from_the_rows():
    build()
    send("A", "70001", FIRST)  # unheard
    crossed = rollups.figure("visits", actor=OPERATOR, by=["kind", "facility"], **PERIOD)
    assert [cell.keys for cell in crossed.cells] == [("01", "70001")]
    RolledUp.objects.filter(indicator="visits").update(definition="of another release")
    assert rollups.figure("visits", actor=OPERATOR, **PERIOD).total.value == 1
    assert "visits" in rolling.outdated()


@pytest.mark.django_db
def test_cells_say_of_when_they_are():
    build()
    before = rollups.figure("visits", actor=OPERATOR, **PERIOD).as_of
    send("A", "70001", FIRST)
    waiting = Event.objects.get()
    assert rollups.figure("visits", actor=OPERATOR, **PERIOD).as_of == waiting.at <= before + dt.timedelta(hours=1)


@pytest.mark.django_db
def test_a_flood_is_left_to_the_next_rebuild(monkeypatch):
    build()
    monkeypatch.setattr(rolling, "MANY", 1)
    send("A", "70001", FIRST), send("B", "70001", FIRST)
    keep_cells(list(Event.objects.all()))
    assert not RolledUp.objects.exists()
    assert rollups.figure("visits", actor=OPERATOR, **PERIOD).total.value == 2


@pytest.mark.django_db(transaction=True)
def test_a_rebuild_whose_connection_dies_leaves_the_cells_and_the_next_is_right(monkeypatch):
    visit(at=moment(FIRST))
    build()
    cells = list(Cell.objects.order_by("pk").values_list())
    visit(at=moment(FIRST))
    write, died = rolling._write_days, []

    def killed(indicator, places):
        write(indicator, places)
        with connection.cursor() as cursor:
            cursor.execute("select pg_terminate_backend(pg_backend_pid())")

    def in_another_process():
        monkeypatch.setattr(rolling, "_write_days", killed)
        try:
            rolling.rebuild("visits")
        except OperationalError as error:
            died.append(error)
        finally:
            monkeypatch.setattr(rolling, "_write_days", write)
            connection.close()

    thread = threading.Thread(target=in_another_process)
    thread.start()
    thread.join()
    assert died
    assert list(Cell.objects.order_by("pk").values_list()) == cells
    build()
    assert rollups.figure("visits", actor=OPERATOR, **PERIOD).total.value == 2
    assert_rollups_answer_as_the_rows(OPERATOR)


@pytest.mark.django_db(transaction=True)
def test_the_worker_hears_behind_the_horizon():
    build()
    send("A", "70001", FIRST)
    settled()
    (consumer,) = [one for one in consumers() if one.name == rolling.CONSUMER]
    while consume(consumer):
        pass
    assert Cell.objects.filter(indicator="visits", split="facility", key="70001").get().rows == 1
    assert_rollups_answer_as_the_rows(OPERATOR)
