"""Of several versions of a visit one counts, whatever the order in which they are written."""

from datetime import timedelta
from itertools import permutations

import pytest
from django.utils import timezone

from soyte.clinical.conditions.models import Condition
from soyte.clinical.encounters import moving
from soyte.clinical.encounters.models import Encounter
from soyte.clinical.encounters.tests.visits import person
from soyte.kernel.actors import Machine
from soyte.kernel.people.models import Identifier, Person
from soyte.systems.care.visit_intake import services
from soyte.systems.care.visit_intake.ingest.tests.files import file, send, send_one, visit
from soyte.systems.care.visit_intake.models import ReceiptVisit

pytestmark = pytest.mark.django_db
ACTOR = Machine("test")


def version(made_on: str, reason: str) -> bytes:
    return file(visit(LY_DO_VV=reason), made_on=made_on)


def in_force() -> str:
    return Encounter.objects.get(in_force=True).reason


def test_the_later_ngaylap_is_in_force_whichever_comes_first():
    for order in permutations([("20260910", "a"), ("20260920", "b"), ("20260915", "c")]):
        Encounter.objects.update(in_force=False)
        code = "".join(reason for _day, reason in order)
        for made_on, reason in order:
            send_one(file(visit(f"LK-{code}", LY_DO_VV=reason), made_on=made_on))
        assert in_force() == "b"


def test_on_the_same_day_the_later_received_is_in_force():
    send(version("20260910", "a"), version("20260910", "b"))
    assert in_force() == "b" and Encounter.objects.count() == 2


def test_a_day_in_the_future_counts_as_the_day_of_receipt():
    today, later = timezone.localdate(), timezone.localdate() + timedelta(days=30)
    send(version(f"{later:%Y%m%d}", "a"), version(f"{today:%Y%m%d}", "b"))
    assert in_force() == "b"


def test_replaced_counts_every_accepted_visit_that_was_known():
    assert send_one(version("20260920", "a")).replaced == 0
    older = send_one(version("20260910", "b"))
    assert older.replaced == 1 and in_force() == "a"


def test_a_refused_resend_leaves_the_earlier_version_as_it_was():
    send_one(version("20260910", "a"))
    told = send_one(file(visit(LY_DO_VV="b", T_THUOC="1"), made_on="20260920"))
    assert told.refused == 1 and in_force() == "a" and Encounter.objects.count() == 1


def test_a_withdrawn_visit_comes_back_only_by_other_bytes():
    content = version("20260910", "a")
    send_one(content)
    services.withdraw(ACTOR, Encounter.objects.get(), reason="gửi nhầm")
    send_one(content)
    assert not Encounter.objects.filter(in_force=True).exists()
    told = send_one(version("20260901", "b"))  # an earlier day, but received after the withdrawal
    assert told.replaced == 1 and in_force() == "b"


def test_withdrawing_wants_a_reason_and_a_visit_in_force():
    send_one(version("20260910", "a"))
    encounter = Encounter.objects.get()
    with pytest.raises(services.ReasonMissing):
        services.withdraw(ACTOR, encounter, reason="  ")
    services.withdraw(ACTOR, encounter, reason="gửi nhầm")
    with pytest.raises(services.NotInForce):
        services.withdraw(ACTOR, encounter, reason="lần nữa")


def test_a_version_that_comes_after_the_visit_was_moved_stays_with_whom_it_was_given_to():
    """The file still names the person who said that the visit is not his, with his number."""
    send_one(file(visit(MA_BN="BN9"), made_on="20260901"))
    first = Encounter.objects.get()
    other = person("Lê Thị Hoa")
    one = moving.move(Machine("test"), first, to=other.pk, reason="Không phải của người này")
    before = {**Person.objects.filter(pk=first.person_id).values()[0]}
    send_one(file(visit(MA_BN="BN77", DIEN_THOAI="0911222333"), made_on="20260902"))
    latest = Encounter.objects.get(in_force=True)
    assert latest.pk != first.pk and latest.person_id == other.pk
    assert set(Condition.objects.filter(encounter=latest).values_list("person_id", flat=True)) == {other.pk}
    assert {**Person.objects.filter(pk=first.person_id).values()[0]} == before
    assert not Identifier.objects.filter(value="BN77").exists()
    moving.undo(Machine("test"), one.pk, reason="Nhầm")
    assert set(Encounter.objects.values_list("person_id", flat=True)) == {first.person_id}
    send_one(file(visit(MA_BN="BN77"), made_on="20260903"))
    assert Encounter.objects.get(in_force=True).person_id == first.person_id


def test_a_version_of_another_person_moves_the_visit_and_makes_him():
    send_one(version("20260910", "a"))
    send_one(file(visit(HO_TEN="TRẦN THỊ KHÁC", SO_CCCD="070190000456", MA_THE_BHYT="DN4757500000456", MA_BN="BN9",
                        GIOI_TINH="2"), made_on="20260911"))  # fmt: skip
    assert Encounter.objects.get(in_force=True).person.full_name == "TRẦN THỊ KHÁC"


class TestRunningAgain:
    @pytest.fixture
    def refused(self):
        send_one(file(visit(T_THUOC="1", LY_DO_VV="a"), made_on="20260910"))
        return ReceiptVisit.objects.get(verdict="refused")

    @pytest.fixture
    def softened(self, monkeypatch):
        from soyte.systems.care.visit_intake.rules import catalogue

        weight = catalogue.severity
        monkeypatch.setattr(
            catalogue, "severity", lambda code, on: "warning" if code.startswith("sum.") else weight(code, on)
        )

    def test_the_preview_writes_nothing(self, refused, softened):
        again = services.preview_replay(ACTOR, [refused])
        assert [each.accepted for each in again] == [True] and not Encounter.objects.exists()

    def test_a_visit_that_now_passes_is_taken_as_of_the_day_of_its_file(self, refused, softened):
        send_one(version("20260920", "b"))
        (stored,) = services.replay(ACTOR, [refused])
        refused.refresh_from_db()
        assert refused.verdict == "accepted" and refused.encounter_id == stored.encounter_id and stored.replaced
        assert in_force() == "b"  # the file that was refused is older
        receipt = refused.receipt
        assert (receipt.accepted_count, receipt.refused_count) == (1, 0)

    def test_a_visit_that_is_still_refused_keeps_its_reasons(self, refused):
        services.replay(ACTOR, [refused])
        refused.refresh_from_db()
        assert refused.verdict == "refused" and refused.findings.filter(code="sum.T_THUOC").count() == 1

    def test_nobody_takes_it_twice(self, refused, softened):
        services.replay(ACTOR, [refused])
        services.replay(ACTOR, [refused])
        assert Encounter.objects.count() == 1
