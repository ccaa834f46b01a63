"""Files into the record: what is written, what is told, what comes again."""

import io
import random
from datetime import datetime
from functools import partial

import pytest
from django.db import connection
from django.utils import timezone

from soyte.clinical.conditions.models import Condition
from soyte.clinical.coverage.models import ChargeItem, Claim, Coverage
from soyte.clinical.encounters.models import CheckIn, Encounter
from soyte.clinical.encounters.tests.visits import facility
from soyte.clinical.medications.models import MedicationDispense, MedicationRequest
from soyte.formats.visitfile import VIETNAM
from soyte.kernel.audit.models import AuditEvent
from soyte.kernel.files.models import Blob
from soyte.kernel.organisations.models import Unit
from soyte.kernel.outbox.models import Event
from soyte.kernel.people.models import Person
from soyte.systems.care.visit_intake.ingest.held import Source
from soyte.systems.care.visit_intake.ingest.receive import receive
from soyte.systems.care.visit_intake.ingest.tests.files import check_in, codes, file, send, send_one, sender, visit
from soyte.systems.care.visit_intake.models import Finding, Receipt, ReceiptVisit
from soyte.systems.care.visit_intake.selectors import original, source_of, words_of

pytestmark = pytest.mark.django_db


def test_a_good_visit_is_written_once_with_all_that_belongs_to_it():
    content = file(visit())
    told = send_one(content)
    assert (told.accepted, told.refused, told.persons_new, told.replaced) == (1, 0, 1, 0)
    encounter = Encounter.objects.get()
    assert encounter.in_force and encounter.unit and encounter.person.full_name == "NGUYỄN VĂN MẪU"
    assert str(encounter.ended_on) == "2026-09-01" and encounter.main_icd_chapter == "X"
    request, dispense = MedicationRequest.objects.get(), MedicationDispense.objects.get()
    charge = ChargeItem.objects.get(source_table=2)
    assert request.charge_item == dispense.charge_item == charge and (charge.source_table, charge.source_line) == (2, 1)
    assert Condition.objects.get().code == "J02.9" and Coverage.objects.get().card_number == "DN4757500000123"
    assert Claim.objects.get().total_amount == encounter.total_amount
    assert (
        told.rows
        == sum(
            model.objects.count()
            for model in (Encounter, Claim, Coverage, Condition, ChargeItem, MedicationRequest, MedicationDispense)
        )
        + 1
    )  # the weight
    assert AuditEvent.objects.filter(action="visit_files.send", person_id=encounter.person_id).count() == 1
    assert Event.objects.filter(topic="encounters.recorded", object_id=str(encounter.pk)).count() == 1


def test_a_file_that_came_on_an_earlier_day_has_a_receipt_of_that_day():
    """Only the demo says so; what is made of the visit runs from then."""
    days = [datetime(2026, 9, 2, 6, tzinfo=VIETNAM), datetime(2026, 9, 2, 18, tzinfo=VIETNAM), None]
    contents = [file(visit(f"LK00{number}")) for number in range(3)]
    sources = [
        Source(f"{number}.xml", partial(io.BytesIO, content), received_at=day)
        for number, (content, day) in enumerate(zip(contents, days, strict=True))
    ]
    first, second, now = receive(sources, sender())
    assert (first.received_at, second.received_at) == tuple(days[:2])
    assert first.number.startswith("TN-260902-") and second.number.startswith("TN-260902-")
    assert now.number[3:9] == f"{timezone.localdate():%y%m%d}"
    assert Encounter.objects.get(visit_code="LK000").received_at == days[0]


def test_the_received_bytes_come_back_to_the_letter():
    content = file(visit("LK001"), visit("LK002"))
    send_one(content)
    receipt = Receipt.objects.get()
    assert original(receipt, granted=()) == content
    received = ReceiptVisit.objects.get(visit_code="LK002")
    assert source_of(received, granted=()).summary.values["MA_LK"] == "LK002"
    assert (receipt.visit_count, receipt.accepted_count, receipt.state) == (2, 2, "done")


def test_bytes_already_received_give_the_earlier_verdicts_and_write_nothing():
    content = file(visit("LK001"), visit("LK002", NGAY_RA="202608010900"))
    first = send_one(content)
    before = Encounter.objects.count(), Finding.objects.count(), AuditEvent.objects.count(), Blob.objects.count()
    again = send_one(content)
    assert before == (
        Encounter.objects.count(),
        Finding.objects.count(),
        AuditEvent.objects.count(),
        Blob.objects.count(),
    )
    assert (first.accepted, first.refused) == (again.accepted, again.refused) == (1, 1)
    assert (again.replaced, again.persons_new, again.rows, again.number) == (1, 0, 0, first.number)
    assert [v.findings for v in again.visits] == [tuple(v.findings) for v in first.visits]


def test_the_same_bytes_twice_in_one_call_are_one_receipt():
    first, second = send(file(visit()), file(visit()), names=["a.xml", "b.xml"])
    assert (first.name, second.name, first.number) == ("a.xml", "b.xml", second.number)
    assert second.repeated and not first.repeated and Receipt.objects.count() == 1


def test_a_bad_visit_leaves_its_neighbours_alone():
    told = send_one(file(visit("LK001"), visit("LK002", T_THUOC="99"), visit("LK003")))
    assert [v.accepted for v in told.visits] == [True, False, True]
    assert codes(told) == {"sum.T_THUOC"}
    refused = ReceiptVisit.objects.get(verdict="refused")
    assert refused.visit_code == "LK002" and refused.encounter is None and refused.amount == 50_000
    assert "T_THUOC" in words_of(refused.findings.get(code="sum.T_THUOC"), granted=()).what


def test_the_same_visit_twice_in_one_file_refuses_both():
    told = send_one(file(visit("LK001"), visit("LK001", HO_TEN="TRẦN VĂN KHÁC")))
    assert told.refused == 2 and not Encounter.objects.exists() and codes(told) == {"visit.MA_LK.duplicate"}


def test_a_file_cut_off_lands_nothing_and_is_kept():
    content = file(visit("LK001"), visit("LK002"))[:-200]
    told = send_one(content)
    assert told.file_refused and not told.visits and not Encounter.objects.exists()
    receipt = Receipt.objects.get()
    assert receipt.kind == "unreadable" and original(receipt, granted=()) == content


def test_a_facility_that_nobody_knows_gets_a_unit_to_be_named():
    send_one(file(visit(MA_CSKCB="79999"), facility="79999"))
    unit = Unit.objects.get(facility_code="79999")
    assert unit.state == "review" and Encounter.objects.get().unit == unit and Receipt.objects.get().unit == unit


def test_a_facility_that_the_register_lacks_warns_until_it_is_named():
    def warns(code: str, facility_code: str) -> bool:
        told = send_one(file(visit(code, MA_CSKCB=facility_code), facility=facility_code))
        return told.accepted == 1 and "XML1.MA_CSKCB.list" in codes(told, "warning")

    facility("70001", state="review", origin="file")  # a register that waits for review is one too
    assert not warns("LK001", "70001")
    assert warns("LK002", "79999") and warns("LK003", "79999")
    Unit.objects.filter(facility_code="79999").update(state="official")
    assert not warns("LK004", "79999")


def test_a_facility_code_of_another_form_is_taken_without_a_unit():
    told = send_one(file(visit(MA_CSKCB="7001"), facility="7001"))
    assert told.accepted == 1 and Encounter.objects.get().unit is None


def test_the_envelope_may_name_another_facility_on_the_command_line_but_not_for_a_signed_in_sender():
    told = send_one(file(visit(), facility="79026"))
    assert told.accepted == 1
    told = send_one(file(visit("LK002"), facility="79026"), by=sender(facility="70001"))
    assert told.accepted == 0 and "sender.MACSKCB" in codes(told)
    told = send_one(file(visit("LK003", MA_CSKCB="79026")), by=sender(facility="70001"))
    assert told.accepted == 0 and "sender.MA_CSKCB" in codes(told)


def test_a_visit_that_the_database_refuses_is_found_by_halving_and_kept():
    with connection.cursor() as cursor:
        cursor.execute("alter table encounters_encounter add constraint no_three check (visit_code <> 'LK3')")
    told = send_one(file(*(visit(f"LK{number}", SO_CCCD=f"07008500{number:04}") for number in range(7))))
    assert [v.accepted for v in told.visits] == [True, True, True, False, True, True, True]
    assert codes(told) == {"store.failed"} and Encounter.objects.filter(in_force=True).count() == 6
    assert ReceiptVisit.objects.get(verdict="refused").visit_code == "LK3"


def odd(length, seed=7):
    """Letters of three bytes each that do not compress."""
    return "".join(random.Random(seed).choices([chr(n) for n in range(0x4E00, 0x9000)], k=length))


def test_codes_longer_than_the_index_of_figures_holds_are_refused_and_no_others():
    fields = ("MAXA_CU_TRU", "KET_QUA_DTRI", "MA_BENH_CHINH")
    told = send_one(file(
        visit("LK1", **{name: odd(100, name) for name in fields}),
        *(visit(f"LK{name}", SO_CCCD=f"07008500{n:04}", **{name: odd(5000)}) for n, name in enumerate(fields)),
    ))  # fmt: skip
    assert [one.accepted for one in told.visits] == [True, False, False, False]
    assert "store.code" in codes(told) and "store.failed" not in codes(told)
    assert Encounter.objects.get().main_icd == odd(100, "MA_BENH_CHINH")


def test_a_check_in_lasts_until_its_visit_comes():
    told = send_one(check_in())
    assert told.kind == "check_in" and not told.visits and not told.file_refused and told.persons_new == 0
    present = CheckIn.objects.get()
    assert present.in_force and present.person is None and present.unit.facility_code == "70001"
    send_one(file(visit()))
    present.refresh_from_db()
    assert not present.in_force and present.encounter == Encounter.objects.get()
    send_one(check_in(NGAY_YL="202609010806"))
    late = CheckIn.objects.exclude(pk=present.pk).get()
    assert not late.in_force and late.person == Person.objects.get()


def test_a_second_check_in_takes_the_place_of_the_first():
    send(check_in(), check_in(MA_DICH_VU="02.1898"))
    assert CheckIn.objects.count() == 2 and CheckIn.objects.filter(in_force=True).count() == 1


def test_a_check_in_without_its_visit_is_refused_with_a_reason():
    told = send_one(check_in(MA_LK=""))
    assert told.file_refused and not CheckIn.objects.exists()


def test_a_signed_in_sender_checks_in_nobody_of_another_facility():
    told = send_one(check_in(), by=sender(facility="70002"))
    assert told.file_refused and codes(told) == {"sender.MA_CSKCB"} and not CheckIn.objects.exists()
    assert not send_one(check_in("LK002"), by=sender(facility="70001")).file_refused


def test_a_visit_before_its_facility_began_belongs_to_the_nearest_unit():
    first = Unit.objects.create(kind="hospital", name="Cũ", name_folded="cu", facility_code="70001",
                                valid_from="2010-01-01", valid_to="2015-01-01")  # fmt: skip
    second = Unit.objects.create(kind="hospital", name="Mới", name_folded="moi", facility_code="70001",
                                 valid_from="2027-01-01")  # fmt: skip
    send_one(file(visit()))  # of 2026
    assert Encounter.objects.get().unit == second and first.pk != second.pk and Unit.objects.count() == 2
