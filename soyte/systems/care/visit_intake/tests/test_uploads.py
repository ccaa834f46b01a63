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
    assert (receipt.channel, receipt.unit, receipt.sender_facility, receipt.account) == ("upload", hospital, "70001", officer.account)
    assert [f.receipt for f in upload.files.all()] == [receipt] and not list((tmp_path / "spool").iterdir())
    uploads.receive_kept(upload)  # a job may be done twice
    assert Receipt.objects.count() == 1


def test_a_zip_is_received_entry_by_entry_in_the_order_of_names(officer, hospital):
    content = packed(**{"b.xml": file(visit(LY_DO_VV="b")), "a__c.xml": file(visit(LY_DO_VV="a")), "doc.txt": b"x"})
    upload = keep(officer, hospital, content)
    uploads.receive_kept(upload)
    assert [f.filename for f in upload.files.order_by("seq")] == ["thang9.zip/a/c.xml", "thang9.zip/b.xml"]
    assert Encounter.objects.get(in_force=True).reason == "b"


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
    other = Unit.objects.create(kind="hospital", name="Khác", name_folded="khac", facility_code="79026", valid_from="2000-01-01")
    with pytest.raises(Refused):
        keep(officer, other, b"<")
    bare = Unit.objects.create(kind="hospital", name="Không mã", name_folded="khong ma", valid_from="2000-01-01")
    post(officer.account, "it_officer", bare)
    with pytest.raises(NoFacilityCode):
        keep(actor_for(officer.account), bare, b"<")
