"""The algebra of dated rows: whatever was held and whatever is wanted, the table ends up right."""

import datetime as dt
import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from soyte.kernel.content.versions import Shape, begins, ends, overlapping, plan_facts, plan_file, plan_upload

SHAPE = Shape(key=("code",), facts=("name",))
TODAY = dt.date(2026, 11, 25)
DAYS = [None, *(dt.date(2020 + year, 1, 1) for year in range(10))]
ids = itertools.count(1)


def row(code, name, valid_from, valid_to, origin="file"):
    return {"code": code, "name": name, "valid_from": valid_from, "valid_to": valid_to, "origin": origin}


@st.composite
def histories(draw):
    """A file: for each of a few codes, rows one after the other."""
    rows = []
    for code in draw(st.sets(st.sampled_from("abc"), max_size=3)):
        cuts = sorted(draw(st.sets(st.sampled_from(DAYS[1:]), max_size=4)))
        edges = [draw(st.sampled_from([None, cuts[0]])) if cuts else None, *cuts, None]
        for start, end in itertools.pairwise(dict.fromkeys(edges) if edges[0] else edges):
            if draw(st.booleans()):
                rows.append(row(code, draw(st.sampled_from("xyz")), start, end))
    return rows


def applied(held, changes):
    """The table after a plan was written, as the database would have it."""
    moved = getattr(changes, "closed", changes.ended) + getattr(changes, "replaced", changes.changed)
    new = getattr(changes, "written", changes.new)
    after = {r["id"]: r for r in held} | {before["id"]: becomes for before, becomes in moved}
    return [*after.values(), *({**r, "id": next(ids)} for r in new)]


def load(held, wanted, uploads=()):
    changes = plan_file(held, wanted, SHAPE, uploads=uploads, today=TODAY)
    return applied(held, changes), changes


def upload(held, names, since, uploads=()):
    wanted = [row(code, name, None, None, "upload") for code, name in names.items()]
    changes = plan_upload(held, wanted, SHAPE, since=since, uploads=uploads)
    return applied(held, changes), changes


def on(rows, day):
    return {r["code"]: r["name"] for r in rows if begins(r) <= day < ends(r)}


@settings(deadline=None, max_examples=60)
@given(histories(), histories())
def test_a_load_never_leaves_two_meanings_of_a_code_on_one_day_and_never_loses_a_row(first, second):
    held, _ = load([], first)
    after, _ = load(held, second)
    assert overlapping(after, SHAPE) == []
    assert {r["id"] for r in held} <= {r["id"] for r in after}


@settings(deadline=None, max_examples=60)
@given(histories(), histories())
def test_loading_the_same_file_again_changes_nothing(first, second):
    held, _ = load([], first)
    after, _ = load(held, second)
    again, changes = load(after, second)
    assert not changes.any
    assert again == after


@settings(deadline=None, max_examples=60)
@given(histories())
def test_a_table_says_what_its_file_says(rows):
    after, _ = load([], rows)
    for day in DAYS[1:]:
        assert on(after, day) == on(rows, day)


@settings(deadline=None, max_examples=60)
@given(
    histories(),
    st.dictionaries(st.sampled_from("abcd"), st.sampled_from("xyz")),
    st.sampled_from(DAYS[1:]),
    histories(),
)
def test_an_upload_is_the_whole_list_from_its_day_and_no_later_load_undoes_it(first, names, since, second):
    held, _ = load([], first)
    after, changes = upload(held, names, since)
    later, _ = load(after, second, uploads=[since])
    for day in DAYS[1:]:
        assert on(after, day) == (names if day >= since else on(held, day))
        if day >= since:
            assert on(later, day) == names
    assert overlapping(later, SHAPE) == []
    told = len(changes.new) + len(changes.changed) + changes.unchanged
    assert told == len(names)
    assert {before["code"] for before, _ in changes.ended} >= set(on(held, since)) - set(names)


@settings(deadline=None, max_examples=60)
@given(
    histories(),
    st.lists(
        st.tuples(
            st.dictionaries(st.sampled_from("abcd"), st.sampled_from("xyz"), min_size=1), st.sampled_from(DAYS[1:])
        ),
        max_size=4,
    ),
)
def test_uploads_in_any_order_each_reign_until_the_next_day(first, lists):
    held, _ = load([], first)
    days = []
    reigning = {}
    for names, since in lists:
        held, _ = upload(held, names, since, uploads=days)
        days.append(since)
        reigning[since] = names
    held, changes = load(held, first, uploads=days)
    assert not changes.new
    for day in DAYS[1:]:
        lists_before = [since for since in reigning if since <= day]
        expected = reigning[max(lists_before)] if lists_before else on(first, day)
        assert on(held, day) == expected
    assert overlapping(held, SHAPE) == []


def test_a_row_that_leaves_its_file_ends_today_and_one_of_the_past_stays():
    held, _ = load([], [row("a", "x", None, None), row("b", "y", None, dt.date(2024, 1, 1))])
    after, changes = load(held, [])
    assert [(r["code"], r["valid_to"]) for r in after] == [("a", TODAY), ("b", dt.date(2024, 1, 1))]
    assert len(changes.ended) == 1


def test_a_row_whose_beginning_was_wrong_is_valid_on_no_day_any_more():
    held, _ = load([], [row("a", "x", dt.date(2021, 1, 1), None)])
    after, _ = load(held, [row("a", "x", dt.date(2020, 1, 1), None)])
    assert [(r["valid_from"], r["valid_to"]) for r in after] == [
        (dt.date(2021, 1, 1), dt.date(2021, 1, 1)),
        (dt.date(2020, 1, 1), None),
    ]


def fact(code, name, origin="file", withdrawn=False):
    return {"code": code, "name": name, "origin": origin, "withdrawn": withdrawn}


def plan(held, wanted, origin, *, whole):
    return plan_facts(held, wanted, SHAPE, origin=origin, whole=whole, withdraw=lambda r: {**r, "withdrawn": True})


def test_facts_without_a_time_are_withdrawn_when_their_file_drops_them_and_kept_when_uploaded():
    held = [{**fact("a", "x"), "id": 1}, {**fact("b", "y", "upload"), "id": 2}]
    changes = plan(held, [fact("b", "other")], "file", whole=True)
    assert changes.held == 1
    assert [(before["code"], after["withdrawn"]) for before, after in changes.ended] == [("a", True)]
    changes = plan(held, [fact("a", "z", "upload")], "upload", whole=False)
    assert [(before["code"], after["name"]) for before, after in changes.changed] == [("a", "z")]
    assert not changes.ended
