"""Uploads of the browser: files and ZIPs, received by a worker in the sender's own right."""

import io
import struct
import zipfile
from functools import partial

import pytest
from django.db import connection
from django.db.models import Max
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from soyte.clinical.encounters.models import Encounter
from soyte.kernel.access.actor import actor_for
from soyte.kernel.access.policy import Refused
from soyte.kernel.access.tests.people import account, post
from soyte.kernel.jobs.models import Job
from soyte.kernel.jobs.services import take
from soyte.kernel.organisations.models import Unit
from soyte.systems.care.visit_intake import uploads, zips
from soyte.systems.care.visit_intake.ingest import receive as receiving
from soyte.systems.care.visit_intake.ingest.tests.files import file, visit
from soyte.systems.care.visit_intake.models import Receipt, Upload
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
    assert Job.objects.get(kind=uploads.RECEIVE).args == {"unit_id": hospital.pk} and not Encounter.objects.exists()
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
    assert upload.file_count == 2
    uploads.receive_kept(upload)
    assert [f.filename for f in upload.files.order_by("seq")] == ["thang9.zip/a/c.xml", "thang9.zip/b.xml"]
    assert Encounter.objects.get(in_force=True).reason == "b"


def test_what_is_no_visit_file_in_a_zip_is_named_and_not_opened(officer, hospital):
    content = packed(**{"a.xml": file(visit()), "trong.zip": packed(**{"b.xml": file(visit("LK2"))}), "doc.txt": b"x"})
    upload = keep(officer, hospital, content)
    uploads.receive_kept(upload)
    assert list(upload.files.order_by("seq").values_list("filename", "skipped")) == [
        ("thang9.zip/a.xml", ""),
        ("thang9.zip/doc.txt", zips.OTHER_NAME),
        ("thang9.zip/trong.zip", zips.NESTED),
    ]
    assert Encounter.objects.count() == 1


def test_only_the_house_reads_its_spool(officer, hospital, tmp_path):
    keep(officer, hospital, b"<")
    (spooled,) = (tmp_path / "spool").iterdir()
    assert spooled.stat().st_mode & 0o777 == 0o600 and spooled.parent.stat().st_mode & 0o777 == 0o700


def test_work_cut_short_goes_on_behind_the_last_file_told_and_is_no_repetition(officer, hospital, monkeypatch):
    upload = keep(officer, hospital, packed(**{f"{n}.xml": file(visit(f"LK{n}")) for n in range(4)}))
    monkeypatch.setattr(uploads, "TOLD_FILES", 2)
    told = uploads._tell

    def cut_after_two(upload, done, portion):
        if done:
            raise KeyboardInterrupt
        told(upload, done, portion)

    monkeypatch.setattr(uploads, "_tell", cut_after_two)
    with pytest.raises(KeyboardInterrupt):
        uploads.receive_kept(upload)
    monkeypatch.setattr(uploads, "_tell", told)
    upload.refresh_from_db()
    assert upload.state == "waiting" and upload.files.count() == 2
    opened = opened_entries(monkeypatch)
    uploads.receive_kept(upload)
    assert opened == ["2.xml", "3.xml"]
    assert upload.state == "done" and Encounter.objects.count() == 4
    assert list(upload.files.order_by("seq").values_list("seq", "repeated")) == [(n, False) for n in range(1, 5)]
    again = keep(officer, hospital, file(visit("LK0")), "0.xml")
    uploads.receive_kept(again)
    assert again.files.get().repeated and Encounter.objects.count() == 4


def opened_entries(monkeypatch):
    names = []
    unpacked = zips.unpacked
    monkeypatch.setattr(
        zips, "unpacked", lambda archive, entry: names.append(entry.filename) or unpacked(archive, entry)
    )
    return names


def other_officer():
    station = Unit.objects.create(kind="station", name="Trạm", name_folded="tram", facility_code="70002",
                                  valid_from="2000-01-01")  # fmt: skip
    holder = account("tram")
    post(holder, "it_officer", station)
    return station, actor_for(holder)


def station_file(code):
    return file(visit(code, MA_CSKCB="70002"), facility="70002")


def work_in_turns():
    """What a worker does, in the shortest turns; the uploads in the order in which they ended."""
    ended = []
    while job := take(1):
        uploads.receive_waiting(**job.args, seconds=0)
        ended += Upload.objects.filter(state="done").exclude(pk__in=ended).values_list("pk", flat=True)
    return ended


def test_a_long_upload_lets_those_of_other_facilities_pass(officer, hospital):
    Job.objects.all().delete()
    station, nurse = other_officer()
    long = keep(officer, hospital, packed(**{f"{n}.xml": file(visit(f"LK{n}")) for n in range(3)}))
    short = keep(nurse, station, station_file("NGAN"), "ngan.xml")
    assert work_in_turns() == [short.pk, long.pk] and Encounter.objects.count() == 4
    assert Job.objects.filter(kind=uploads.RECEIVE).aggregate(Max("attempts"))["attempts__max"] == 1


def test_many_files_of_one_facility_do_not_stand_before_one_of_another(officer, hospital):
    Job.objects.all().delete()
    station, nurse = other_officer()
    many = [keep(officer, hospital, file(visit(f"LK{n}")), f"{n}.xml").pk for n in range(4)]
    one = keep(nurse, station, station_file("MOT"), "mot.xml").pk
    assert work_in_turns() == [many[0], one, *many[1:]]


def test_a_large_single_file_makes_room_between_its_batches_and_goes_on_there(officer, hospital, monkeypatch):
    Job.objects.all().delete()
    judged = []
    judge_all = receiving.judge_all
    monkeypatch.setattr(
        receiving, "judge_all", lambda pieces, known: judged.extend(p.seq for p in pieces) or judge_all(pieces, known)
    )
    monkeypatch.setattr(uploads, "receive", partial(receiving.receive, batch_visits=2))
    station, nurse = other_officer()
    large = keep(officer, hospital, file(*(visit(f"LK{n}") for n in range(7))), "lon.xml")
    small = keep(nurse, station, station_file("MOT"), "mot.xml")
    assert work_in_turns() == [small.pk, large.pk]
    assert sorted(judged) == [1, 1, 2, 3, 4, 5, 6, 7]  # none twice; the small file has a first one too
    receipt = large.files.get().receipt
    assert (receipt.visit_count, receipt.accepted_count, large.files.get().repeated) == (7, 7, False)
    assert Encounter.objects.filter(facility_code="70001", in_force=True).count() == 7


def test_files_of_one_turn_are_judged_by_lists_that_are_read_once(officer, hospital, monkeypatch):
    read = []
    monkeypatch.setattr(uploads, "knowledge", lambda: read.append(1) or receiving.knowledge())
    for n in range(3):
        keep(officer, hospital, file(visit(f"LK{n}")), f"{n}.xml")
    uploads.receive_waiting(hospital.pk, seconds=60)
    assert Encounter.objects.count() == 3 and len(read) == 1


def test_an_upload_that_fails_does_not_hold_up_those_behind_it(officer, hospital, monkeypatch):
    bad, fine = keep(officer, hospital, file(visit("A")), "a.xml"), keep(officer, hospital, file(visit("B")), "b.xml")
    slice_of = uploads._receive_slice
    monkeypatch.setattr(
        uploads, "_receive_slice", lambda upload, *rest: 1 / 0 if upload == bad else slice_of(upload, *rest)
    )
    with pytest.raises(ZeroDivisionError):
        uploads.receive_waiting(hospital.pk)
    assert list(Upload.objects.filter(state="done")) == [fine]


def test_the_same_file_twice_in_a_zip_is_a_repetition_of_itself(officer, hospital):
    same = file(visit("LK1"))
    upload = keep(officer, hospital, packed(**{"a.xml": same, "b.xml": same}))
    uploads.receive_kept(upload, seconds=0)
    uploads.receive_kept(upload)
    assert list(upload.files.order_by("seq").values_list("repeated", flat=True)) == [False, True]


def test_files_received_before_are_told_again_in_a_constant_number_of_queries(officer, hospital):
    def queries(files):
        content = packed(**{f"{n}.xml": file(visit(f"LK{n}")) for n in range(files)})
        uploads.receive_kept(keep(officer, hospital, content))
        again = keep(officer, hospital, content)
        with CaptureQueriesContext(connection) as asked:
            uploads.receive_kept(again)
        assert again.files.filter(repeated=True).count() == files
        return len(asked)

    assert queries(3) == queries(40)


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


def test_an_upload_whose_job_only_an_earlier_version_knew_is_taken_up(officer, hospital):
    upload = keep(officer, hospital, file(visit()), "a.xml")
    Job.objects.update(kind="visit_intake.receive_upload", args={"upload_id": upload.pk}, state="failed",
                       finished_at=timezone.now())  # fmt: skip
    uploads.take_up()
    uploads.take_up()
    assert Job.objects.get(state="waiting").args == {"unit_id": hospital.pk}
    Job.objects.filter(state="waiting").update(state="failed", finished_at=timezone.now())
    uploads.take_up()
    assert uploads.is_stalled(upload)  # failed in this version: somebody has to look


def test_an_upload_that_ends_while_its_page_is_made_does_not_seem_stalled(officer, hospital):
    read_before = keep(officer, hospital, file(visit()), "a.xml")
    uploads.receive_kept(Upload.objects.get())
    Job.objects.update(state="done")
    assert read_before.state == "waiting" and not uploads.is_stalled(read_before)


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


def test_a_zip_with_a_password_is_told_as_such(officer, hospital):
    content = bytearray(packed(**{"a.xml": file(visit()), "b.xml": b"<" + b" " * (8 << 20)}))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + flags] |= 1
    upload = keep(officer, hospital, bytes(content))
    assert upload.file_count is None
    uploads.receive_kept(upload)
    assert (upload.state, upload.error) == ("failed", zips.ENCRYPTED) and not Receipt.objects.exists()


@pytest.mark.parametrize("end", ["plain", "comment", "zip64"])
def test_a_zip_whose_list_alone_would_fill_the_memory_is_not_read(officer, hospital, monkeypatch, end):
    content = packed(**{f"{n}.xml": b"<" for n in range(50)})
    if end == "comment":
        content = content[:-2] + b"\x05\x00" + b"xin x"
    if end == "zip64":
        content = as_zip64(content)
    monkeypatch.setattr(zips, "_MOST_DIRECTORY", 1000)
    monkeypatch.setattr(zips.zipfile, "ZipFile", None)
    upload = keep(officer, hospital, content)
    uploads.receive_kept(upload)
    assert (upload.state, upload.error) == ("failed", zips.TOO_MANY)


def as_zip64(content):
    """The same ZIP with its end as programs write it that do not know the size before."""
    end = content[-22:]
    count, size, offset = struct.unpack("<10xHLL2x", end)
    end64 = struct.pack("<LQHHLLQQQQ", 0x06064B50, 44, 45, 45, 0, 0, count, count, size, offset)
    locator = struct.pack("<LLQL", 0x07064B50, 0, offset + size, 1)
    return content[:-22] + end64 + locator + end[:8] + b"\xff" * 12 + end[20:]


def test_names_of_a_zip_are_shown_as_one_line_without_tricks(officer, hospital):
    names = ["a\u202elmx.exe.xml", "tha\u0301ng 9.xml", f"{'dài ' * 100}.xml"]
    upload = keep(officer, hospital, packed(**{name: file(visit(f"LK{n}")) for n, name in enumerate(names)}))
    uploads.receive_kept(upload)
    shown = sorted(upload.files.values_list("filename", flat=True), key=len)
    assert shown[:2] == ["thang9.zip/tháng 9.xml", "thang9.zip/a\ufffdlmx.exe.xml"]
    assert len(shown[2]) == 200 and shown[2].endswith("dài .xml")
    assert set(Receipt.objects.values_list("filename", flat=True)) == set(shown)


def test_a_zip_bomb_is_not_unpacked(officer, hospital):
    upload = keep(officer, hospital, packed(**{"a.xml": b"<" + b" " * (8 << 20)}))
    uploads.receive_kept(upload)
    assert (upload.state, upload.error) == ("failed", zips.BOMB) and not Receipt.objects.exists()


def test_a_damaged_entry_ends_a_zip_and_what_came_before_it_is_received(officer, hospital):
    content = bytearray(packed(**{f"{n}.xml": file(visit(f"LK{n}")) for n in range(3)}))
    middle = content.index(b"PK\x03\x04", 4) + 200
    content[middle : middle + 40] = b"\xff" * 40
    upload = keep(officer, hospital, bytes(content))
    uploads.receive_kept(upload)
    assert (upload.state, upload.error) == ("failed", zips.BAD_ZIP)
    assert list(Encounter.objects.values_list("visit_code", flat=True)) == ["LK0"]


def test_a_zip_cut_off_is_told_as_such_and_lands_nothing(officer, hospital):
    upload = keep(officer, hospital, packed(**{"a.xml": file(visit())})[:-30])
    assert upload.file_count is None
    uploads.receive_kept(upload)
    assert (upload.state, upload.error) == ("failed", zips.BAD_ZIP)
    assert not Receipt.objects.exists() and not Encounter.objects.exists()


def test_of_a_zip_with_bad_entries_the_good_ones_are_taken(officer, hospital):
    content = bytearray(
        packed(**{"a.xml": file(visit("A")), "b.xml": b"<" + b" " * (8 << 20), "c.xml": file(visit("C"))})
    )
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + flags] |= 1  # the first entry has a password
    upload = keep(officer, hospital, bytes(content))
    assert upload.file_count == 1
    uploads.receive_kept(upload)
    assert list(upload.files.order_by("seq").values_list("filename", "skipped")) == [
        ("thang9.zip/c.xml", ""),
        ("thang9.zip/a.xml", zips.ENCRYPTED),
        ("thang9.zip/b.xml", zips.BOMB),
    ]
    assert upload.state == "done" and Encounter.objects.get().visit_code == "C"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Tháng 9.xml".encode(), "Tháng 9.xml"),
        ("Th\u00e1ng 9.xml".encode("cp1258"), "Tháng 9.xml"),
        (b"a.xml", "a.xml"),
    ],
)
def test_names_that_do_not_say_their_encoding_are_read(written, shown):
    entry = zipfile.ZipInfo(written.decode("cp437"))
    assert zips.name_of(entry) == shown


def test_a_zip_of_too_many_entries_is_refused_before_any_is_read(officer, hospital, monkeypatch):
    monkeypatch.setattr(zips, "MOST_ENTRIES", 2)
    upload = keep(officer, hospital, packed(**{f"{n}.xml": file(visit(f"LK{n}")) for n in range(3)}))
    uploads.receive_kept(upload)
    assert upload.error == zips.TOO_MANY and not Encounter.objects.exists()


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

    monkeypatch.setattr(zips.zipfile, "ZipFile", Counted)
    uploads.receive_kept(upload)
    assert Encounter.objects.count() == 8
    assert len(opened) < 4
