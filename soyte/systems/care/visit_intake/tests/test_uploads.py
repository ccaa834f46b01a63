"""Uploads of the browser: files and ZIPs, received by a worker in the sender's own right."""

import io
import zipfile

import pytest

from soyte.clinical.encounters.models import Encounter
from soyte.kernel.access.actor import actor_for
from soyte.kernel.access.policy import Refused
from soyte.kernel.access.tests.people import account, post
from soyte.kernel.jobs.models import Job
from soyte.kernel.organisations.models import Unit
from soyte.systems.care.visit_intake import uploads
from soyte.systems.care.visit_intake.ingest.tests.files import file, visit
from soyte.systems.care.visit_intake.models import Receipt
from soyte.systems.care.visit_intake.services import NoFacilityCode

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    settings.SOYTE_HOME = tmp_path


@pytest.fixture
def hospital():
    return Unit.objects.create(kind="hospital", name="Bệnh viện Mẫu", name_folded="benh vien mau",
                               facility_code="70001", valid_from="2000-01-01")  # fmt: skip


@pytest.fixture
def officer(hospital):
    holder = account("tinhoc")
    post(holder, "it_officer", hospital)
    return actor_for(holder)


def packed(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/"), content)
    return stream.getvalue()


def keep(officer, hospital, content, name="thang9.zip"):
    return uploads.keep(officer, unit=hospital, filename=name, chunks=[content])


def test_a_file_is_kept_queued_and_received(officer, hospital, tmp_path):
    upload = keep(officer, hospital, file(visit()), "a.xml")
    assert Job.objects.get(kind=uploads.RECEIVE).args == {"upload_id": upload.pk} and not Encounter.objects.exists()
    uploads.receive_kept(upload)
    assert upload.state == "done" and Encounter.objects.count() == 1
    receipt = Receipt.objects.get()
    assert (receipt.channel, receipt.unit, receipt.sender_facility, receipt.account) == (
        "upload",
        hospital,
        "70001",
        officer.account,
    )
    assert [f.receipt for f in upload.files.all()] == [receipt] and not list((tmp_path / "spool").iterdir())
    uploads.receive_kept(upload)  # a job may be done twice
    assert Receipt.objects.count() == 1


def test_a_zip_is_received_entry_by_entry_in_the_order_of_names(officer, hospital):
    content = packed(**{"b.xml": file(visit(LY_DO_VV="b")), "a__c.xml": file(visit(LY_DO_VV="a"))})
    upload = keep(officer, hospital, content)
    assert uploads.expected_files(upload) == 2
    uploads.receive_kept(upload)
    assert [f.filename for f in upload.files.order_by("seq")] == ["thang9.zip/a/c.xml", "thang9.zip/b.xml"]
    assert Encounter.objects.get(in_force=True).reason == "b"


def test_what_is_no_visit_file_in_a_zip_is_named_and_not_opened(officer, hospital):
    content = packed(**{"a.xml": file(visit()), "trong.zip": packed(**{"b.xml": file(visit("LK2"))}), "doc.txt": b"x"})
    upload = keep(officer, hospital, content)
    uploads.receive_kept(upload)
    assert list(upload.files.order_by("seq").values_list("filename", "skipped")) == [
        ("thang9.zip/a.xml", ""),
        ("thang9.zip/doc.txt", uploads.OTHER_NAME),
        ("thang9.zip/trong.zip", uploads.NESTED),
    ]
    assert Encounter.objects.count() == 1


def test_only_the_house_reads_its_spool(officer, hospital, tmp_path):
    keep(officer, hospital, b"<")
    (spooled,) = (tmp_path / "spool").iterdir()
    assert spooled.stat().st_mode & 0o777 == 0o600 and spooled.parent.stat().st_mode & 0o777 == 0o700


def test_work_cut_short_goes_on_and_is_no_repetition(officer, hospital, monkeypatch):
    upload = keep(officer, hospital, packed(**{f"{n}.xml": file(visit(f"LK{n}")) for n in range(3)}))
    noted = uploads._note

    def cut_after_two(upload, seq, outcome):
        if seq == 3:
            raise KeyboardInterrupt
        noted(upload, seq, outcome)

    monkeypatch.setattr(uploads, "_note", cut_after_two)
    with pytest.raises(KeyboardInterrupt):
        uploads.receive_kept(upload)
    monkeypatch.setattr(uploads, "_note", noted)
    upload.refresh_from_db()
    assert upload.state == "waiting" and upload.files.count() == 2
    uploads.receive_kept(upload)
    assert upload.state == "done" and Encounter.objects.count() == 3
    assert list(upload.files.order_by("seq").values_list("seq", "repeated")) == [(1, False), (2, False), (3, False)]
    again = keep(officer, hospital, file(visit("LK0")), "0.xml")
    uploads.receive_kept(again)
    assert again.files.get().repeated and Encounter.objects.count() == 3


def test_who_lost_the_right_before_the_worker_came_is_told(officer, hospital):
    upload = keep(officer, hospital, file(visit()), "a.xml")
    officer.account.posts.update(valid_to="2020-02-01")
    uploads.receive_kept(upload)
    assert (upload.state, upload.error) == ("failed", uploads.NO_RIGHT) and not Receipt.objects.exists()


def test_an_upload_that_nobody_works_on_is_known_and_queued_again_once(officer, hospital):
    upload = keep(officer, hospital, file(visit()), "a.xml")
    assert not uploads.is_stalled(upload)
    Job.objects.update(state="failed")
    assert uploads.is_stalled(upload)
    uploads.resume(officer, upload)
    uploads.resume(officer, upload)
    assert not uploads.is_stalled(upload) and Job.objects.filter(state="waiting").count() == 1


def test_spooled_files_that_nobody_owns_are_swept_after_a_day(officer, hospital, tmp_path):
    upload = keep(officer, hospital, b"<")
    stray = tmp_path / "spool" / "x.upload"
    stray.write_bytes(b"x")
    now = stray.stat().st_mtime
    assert uploads.sweep_spool(now=now) == 0
    assert uploads.sweep_spool(now=now + 90_000) == 1
    assert [path.name for path in (tmp_path / "spool").iterdir()] == [upload.spool]


def test_visits_of_another_facility_are_refused(officer, hospital):
    upload = keep(officer, hospital, file(visit(MA_CSKCB="79026"), facility="79026"), "a.xml")
    uploads.receive_kept(upload)
    assert upload.state == "done" and not Encounter.objects.exists() and Receipt.objects.get().refused_count == 1


def test_a_zip_bomb_is_not_unpacked(officer, hospital):
    upload = keep(officer, hospital, packed(**{"a.xml": b"<" + b" " * (8 << 20)}))
    uploads.receive_kept(upload)
    assert (upload.state, upload.error) == ("failed", uploads.BOMB) and not Receipt.objects.exists()


def test_a_damaged_entry_ends_a_zip_and_what_came_before_it_is_received(officer, hospital):
    content = bytearray(packed(**{f"{n}.xml": file(visit(f"LK{n}")) for n in range(3)}))
    middle = content.index(b"PK\x03\x04", 4) + 200
    content[middle : middle + 40] = b"\xff" * 40
    upload = keep(officer, hospital, bytes(content))
    uploads.receive_kept(upload)
    assert (upload.state, upload.error) == ("failed", uploads.BAD_ZIP)
    assert list(Encounter.objects.values_list("visit_code", flat=True)) == ["LK0"]


def test_a_zip_cut_off_is_no_zip_and_lands_nothing(officer, hospital):
    upload = keep(officer, hospital, packed(**{"a.xml": file(visit())})[:-30])
    uploads.receive_kept(upload)
    assert Receipt.objects.get().kind == "unreadable" and not Encounter.objects.exists()


def test_a_zip_of_too_many_entries_is_refused_before_any_is_read(officer, hospital, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_ENTRIES", 2)
    upload = keep(officer, hospital, packed(**{f"{n}.xml": file(visit(f"LK{n}")) for n in range(3)}))
    uploads.receive_kept(upload)
    assert upload.error == uploads.TOO_MANY and not Encounter.objects.exists()


def test_only_who_may_send_for_the_unit_keeps_a_file_there(officer, hospital):
    other = Unit.objects.create(
        kind="hospital", name="Khác", name_folded="khac", facility_code="79026", valid_from="2000-01-01"
    )
    with pytest.raises(Refused):
        keep(officer, other, b"<")
    bare = Unit.objects.create(kind="hospital", name="Không mã", name_folded="khong ma", valid_from="2000-01-01")
    post(officer.account, "it_officer", bare)
    with pytest.raises(NoFacilityCode):
        keep(actor_for(officer.account), bare, b"<")


def test_a_zip_of_many_files_is_opened_a_few_times_only(officer, hospital, monkeypatch):
    files = {f"{number}.xml": file(visit(f"V{number}")) for number in range(8)}
    upload = keep(officer, hospital, packed(**files))
    opened = []

    class Counted(zipfile.ZipFile):
        def __init__(self, *args, **options):
            opened.append(args)
            super().__init__(*args, **options)

    monkeypatch.setattr(uploads.zipfile, "ZipFile", Counted)
    uploads.receive_kept(upload)
    assert Encounter.objects.count() == 8
    assert len(opened) < 4
