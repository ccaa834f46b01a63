"""Code lists: what a code means on a day, the same from the files and from the database."""

import datetime as dt
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soyte.kernel.codes import files, selectors
from soyte.kernel.codes.content_schemas import CodeRow
from soyte.kernel.codes.lists import CodeList, Entry
from soyte.kernel.codes.models import CodeEntry
from soyte.kernel.content import services, stamps
from soyte.kernel.content.manifest import found_sets
from soyte.kernel.content.models import LoadedSet
from soyte.kernel.content.rows import read_rows
from soyte.kernel.content.schemas import schema_of

LISTS = sorted(code for code, found in found_sets().items() if found.manifest.target == "codes")


def entry(code="1", name="x", valid_from=None, valid_to=None, origin="file", **attrs):
    return Entry(code, name, "", attrs, valid_from, valid_to, "QĐ 1", "", "official", origin)


def test_a_code_means_what_the_list_of_the_day_says():
    kinds = files.load_list("visit_kind")
    assert kinds.get("03", dt.date(2024, 5, 1)).name == "Điều trị nội trú"
    assert kinds.get("3", dt.date(2024, 5, 1)).attrs["counted_as"] == "03"
    assert kinds.get("3", dt.date(2024, 7, 1)) is None
    assert kinds.get("14", dt.date(2026, 7, 31)) is None
    assert kinds.get("14", dt.date(2026, 8, 1)).attrs["generation"] == "1804"
    assert kinds.get("99", dt.date(2026, 8, 1)) is None
    assert not kinds.known("99")
    assert kinds.name_of("3", dt.date(2026, 1, 1)) == "Điều trị nội trú"


def test_a_list_whose_document_was_replaced_waits_for_review_from_that_day():
    departments = files.load_list("department")
    assert departments.get("K02", dt.date(2025, 7, 31)).state == "official"
    assert departments.get("K02", dt.date(2025, 8, 1)).state == "review"
    uploaded = CodeList("department", [entry(origin="upload")], review_from=dt.date(2025, 8, 1))
    assert uploaded.get("1", dt.date(2026, 1, 1)).state == "official"


@settings(deadline=None, max_examples=50)
@given(st.permutations([(dt.date(year, 1, 1), dt.date(year + 1, 1, 1)) for year in range(2020, 2024)]))
def test_the_order_in_which_rows_come_does_not_matter(spans):
    made = CodeList("x", [entry(name=str(start.year), valid_from=start, valid_to=end) for start, end in spans])
    assert [made.get("1", dt.date(year, 6, 1)).name for year in range(2020, 2024)] == ["2020", "2021", "2022", "2023"]
    assert made.latest("1").name == "2023"
    assert made.get("1", dt.date(2019, 12, 31)) is None


def as_entry(row):
    assert isinstance(row.row, CodeRow)
    return Entry(
        row.row.code,
        row.row.name,
        row.row.name_en,
        row.row.attrs(),
        row.valid_from,
        row.valid_to,
        row.source,
        row.verified,
        row.state,
        "file",
    )


@pytest.mark.parametrize("name", LISTS)
def test_the_files_are_read_the_same_with_and_without_their_schema(name):
    found = found_sets()[name]
    by_schema = CodeList(name, [as_entry(row) for row in read_rows(found, schema_of(found))])
    assert list(files.load_list(name)) == list(by_schema)


@pytest.mark.django_db
def test_the_database_gives_the_same_list_as_the_files():
    assert selectors.load_list("visit_subject") is files.load_list("visit_subject")  # not loaded yet
    services.load_all(only="visit_subject")
    loaded = selectors.load_list("visit_subject")
    assert loaded is not files.load_list("visit_subject")
    assert list(loaded) == list(files.load_list("visit_subject"))
    assert selectors.load_list("visit_subject") is loaded


@pytest.mark.django_db
def test_asking_for_a_list_again_costs_no_query(django_assert_num_queries):
    services.load_all(only="sex")
    selectors.load_list("sex")
    with django_assert_num_queries(0):
        assert selectors.load_list("sex").name_of("2", dt.date(2026, 1, 1)) == "Nữ"


def test_there_is_no_list_by_the_name_of_another_kind_of_set():
    for name in ("commune", "no_such_list"):
        with pytest.raises(KeyError):
            files.load_list(name)


@pytest.mark.django_db
def test_a_running_process_sees_what_another_one_uploaded(monkeypatch):
    services.load_all(only="sex")
    on = dt.date(2026, 1, 1)
    assert selectors.load_list("sex").name_of("2", on) == "Nữ"
    # What another process writes: this one is told nothing.
    CodeEntry.objects.filter(list="sex", code="2").update(name="Nữ giới")
    assert selectors.load_list("sex").name_of("2", on) == "Nữ"
    LoadedSet.objects.filter(code="sex").update(stamp=uuid.uuid4())
    monkeypatch.setattr(stamps, "SECONDS", 0)
    assert selectors.load_list("sex").name_of("2", on) == "Nữ giới"
