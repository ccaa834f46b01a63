"""Loading content files into the database."""

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction

from soyte.kernel.codes.models import CodeEntry
from soyte.kernel.codes.selectors import load_list
from soyte.kernel.content import selectors, services
from soyte.kernel.content.faults import ContentError
from soyte.kernel.content.models import Change, LoadedSet, Upload
from soyte.kernel.content.rows import TextRow
from soyte.kernel.content.tests.people import set_of, write_set

TODAY = dt.date(2026, 11, 25)
LATER = dt.date(2027, 1, 1)


@pytest.fixture
def ward(tmp_path, monkeypatch):
    """A set `ward` in a folder of its own; call it with rows to change its file."""

    def write(rows):
        found = set_of(write_set(tmp_path, rows))
        monkeypatch.setattr(services, "found_set", lambda code: found)
        monkeypatch.setattr(selectors, "found_set", lambda code: found)
        monkeypatch.setattr("soyte.kernel.codes.selectors.found_set", lambda code: found)
        return found

    return write


def load():
    return services.load_all(only="ward", today=TODAY)[0].changes.counts()


def entries():
    return list(CodeEntry.objects.filter(list="ward").order_by("id").values_list("code", "name", "valid_to", "origin"))


def list_of(**names):
    return [TextRow(line, {"code": code, "name": name}) for line, (code, name) in enumerate(names.items(), start=2)]


def upload(rows, since=LATER, **facts):
    return services.apply_upload("ward", rows, since, "QĐ 2/QĐ-BYT", filename="khoa.xlsx", uploaded_by="thu", **facts)


@pytest.mark.django_db
def test_loading_twice_changes_nothing(ward):
    ward("code,name\nK01,Khám\nK02,Nội\n")
    assert load()["new"] == 2
    before = list(CodeEntry.objects.values())
    stamp = LoadedSet.objects.get(code="ward").stamp
    assert load()["new"] == 0
    # The same again when the file has to be compared because its bytes are others.
    ward("code,name\nK02,Nội\nK01,Khám\n")
    assert load() == {"new": 0, "changed": 0, "ended": 0, "unchanged": 2, "held": 0}
    assert list(CodeEntry.objects.values()) == before
    assert LoadedSet.objects.get(code="ward").stamp != stamp


@pytest.mark.django_db
def test_a_row_that_left_its_file_ends_and_what_changed_is_remembered(ward):
    ward("code,name\nK01,Khám\nK02,Nội\n")
    load()
    ward("code,name\nK01,Khám bệnh\n")
    assert load() == {"new": 0, "changed": 1, "ended": 1, "unchanged": 0, "held": 0}
    assert entries() == [("K01", "Khám bệnh", None, "file"), ("K02", "Nội", TODAY, "file")]
    assert {change.before.get("name") for change in Change.objects.filter(set_code="ward")} == {"Khám", None}


@pytest.mark.django_db
def test_a_faulty_file_leaves_the_database_as_it_was(ward):
    ward("code,name\nK01,Khám\n")
    load()
    before = entries()
    ward("code,name\nK01,Khám bệnh\n,Nội\n")
    with pytest.raises(ContentError) as refused:
        load()
    assert [(fault.line, fault.field) for fault in refused.value.faults] == [(3, "code")]
    ward("code,name\nK01,Khám bệnh\nK01,Nội\n")
    with pytest.raises(ContentError):
        load()
    assert entries() == before


@pytest.mark.django_db
def test_the_database_refuses_two_meanings_of_a_code_on_one_day(ward):
    ward("code,name\nK01,Khám\n")
    load()
    with pytest.raises(IntegrityError, match="code_one_meaning_at_a_time"), transaction.atomic():
        CodeEntry.objects.create(
            list="ward", code="K01", name="Nội", valid_from=TODAY, source="x", state="review", origin="file"
        )


@pytest.mark.django_db
def test_two_rows_of_a_code_may_trade_their_days(ward):
    head = "code,name,valid_from,valid_to\n"
    ward(head + "K01,a,2020-01-01,2022-01-01\nK01,b,2022-01-01,2024-01-01\n")
    load()
    ward(head + "K01,a,2020-01-01,2022-01-01\nK01,b,2022-01-01,2023-01-01\nK01,c,2023-01-01,\n")
    assert load() == {"new": 1, "changed": 1, "ended": 0, "unchanged": 1, "held": 0}


@pytest.mark.django_db
def test_an_uploaded_list_reigns_from_its_day_and_a_later_load_does_not_undo_it(ward):
    ward("code,name\nK01,Khám\nK02,Nội\nK03,Ngoại\n")
    load()
    plan = services.plan_upload("ward", list_of(K01="Khám", K02="Nội tổng hợp", K04="Nhi"), LATER, "QĐ 2/QĐ-BYT")
    assert plan.changes.counts() == {"new": 1, "changed": 1, "ended": 1, "unchanged": 1, "held": 0}
    assert CodeEntry.objects.filter(origin="upload").count() == 0

    done = upload(list_of(K01="Khám", K02="Nội tổng hợp", K04="Nhi"), expected=plan.fingerprint)
    assert done.counts == {"new": 1, "changed": 1, "ended": 1, "unchanged": 1}
    day_before = dt.date(2026, 12, 31)
    assert {e.code: e.name for e in load_list("ward").in_force(LATER)} == {
        "K01": "Khám",
        "K02": "Nội tổng hợp",
        "K04": "Nhi",
    }
    assert {e.code: e.name for e in load_list("ward").in_force(day_before)} == {
        "K01": "Khám",
        "K02": "Nội",
        "K03": "Ngoại",
    }

    ward("code,name\nK01,Khám bệnh\nK03,Ngoại\nK05,Mắt\n")
    assert load() == {"new": 1, "changed": 1, "ended": 1, "unchanged": 1, "held": 0}
    assert {e.code: e.name for e in load_list("ward").in_force(LATER)} == {
        "K01": "Khám",
        "K02": "Nội tổng hợp",
        "K04": "Nhi",
    }
    assert {e.code: e.name for e in load_list("ward").in_force(TODAY)} == {
        "K01": "Khám bệnh",
        "K03": "Ngoại",
        "K05": "Mắt",
    }


@pytest.mark.django_db
def test_an_upload_with_a_bad_row_writes_nothing_and_names_it(ward):
    ward("code,name\nK01,Khám\n")
    load()
    before = entries()
    rows = [
        TextRow(2, {"code": "K01", "name": ""}),
        TextRow(3, {"code": "K02", "name": "Nội"}),
        TextRow(4, {"code": "K02", "name": "Nhi"}),
    ]
    plan = services.plan_upload("ward", rows, LATER, "QĐ 2")
    assert [(fault.line, fault.field, fault.code) for fault in plan.faults] == [
        (2, "name", "string_too_short"),
        (4, "code", "row.twice"),
    ]
    with pytest.raises(services.UploadHasFaults):
        upload(rows)
    with pytest.raises(services.UploadIsEmpty):
        upload([])
    assert (entries(), Upload.objects.count(), Change.objects.count()) == (before, 0, 0)


@pytest.mark.django_db
def test_what_a_person_saw_is_what_is_written_or_nothing(ward):
    ward("code,name\nK01,Khám\n")
    load()
    seen = services.plan_upload("ward", list_of(K01="Khám", K02="Nội"), LATER, "QĐ 2")
    upload(list_of(K01="Khám", K02="Nội"))
    with pytest.raises(services.ContentMoved):
        upload(list_of(K01="Khám", K02="Nội"), expected=seen.fingerprint)


@pytest.mark.django_db
def test_a_failing_audit_takes_the_upload_with_it(ward):
    ward("code,name\nK01,Khám\n")
    load()

    def fail(done):
        assert done.row_count == 1
        raise RuntimeError("no audit, no upload")

    with pytest.raises(RuntimeError):
        upload(list_of(K02="Nội"), audit=fail)
    assert (Upload.objects.count(), CodeEntry.objects.filter(origin="upload").count()) == (0, 0)


@pytest.mark.django_db
def test_the_list_of_sets_says_what_loading_would_change():
    services.load_all(only="sex")
    sexes = next(one for one in selectors.content_sets() if one.code == "sex")
    assert (sexes.rows, sexes.changes["new"], sexes.state) == (3, 0, "official")
    departments = selectors.content_set("department")
    assert (departments.rows, departments.changes["new"], departments.state) == (0, 61, "review")
    assert departments.loaded_at is None


@pytest.mark.django_db
def test_what_was_rolled_back_is_not_remembered(ward):
    ward("code,name\nK01,Khám\n")
    load()
    sid = transaction.savepoint()
    upload(list_of(K01="Khám", K02="Nội"))
    assert load_list("ward").get("K02", LATER) is not None
    transaction.savepoint_rollback(sid)
    assert load_list("ward").get("K02", LATER) is None


@pytest.mark.django_db(transaction=True)
def test_two_loads_at_once_load_once():
    ready = threading.Barrier(2)
    outcomes = []

    def work():
        try:
            ready.wait()
            outcomes.append(services.load_all(only="visit_kind")[0].changes.counts()["new"])
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [0, 29]
