"""One of each thing that an address can name, at the own and at a foreign facility.

Arguments of addresses are named after their object. A new name is a red test until it has its example here.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from uuid import uuid4

from django.utils import timezone

from soyte.clinical.documents.models import Composition
from soyte.clinical.encounters.models import Encounter
from soyte.clinical.observations.models import Observation
from soyte.kernel.access import citizens
from soyte.kernel.access.actor import actor_for
from soyte.kernel.access.models import Guardianship
from soyte.kernel.access.tests.people import account, post, unit
from soyte.kernel.accounts.models import Account
from soyte.kernel.actors import Machine
from soyte.kernel.audit.services import record_refused
from soyte.kernel.organisations.models import Unit
from soyte.kernel.people.models import Person, ReviewPair
from soyte.kernel.text import fold
from soyte.systems.care.commune_station.models import FollowUp
from soyte.systems.care.own_record.models import Dispute
from soyte.systems.care.visit_intake.ingest.held import Source
from soyte.systems.care.visit_intake.ingest.receive import receive
from soyte.systems.care.visit_intake.ingest.tests import files
from soyte.systems.care.visit_intake.models import Receipt, ReceiptVisit, Upload, UploadedFile
from soyte.systems.prevention.infectious_disease.models import CaseReport, CaseVisit, Outbreak
from soyte.systems.safety.early_warning.models import Alert
from soyte.systems.steering.operations_centre import screens
from soyte.systems.steering.operations_centre.models import DayPage, Screen
from soyte.systems.steering.reference_lists import services as reference_lists
from soyte.systems.steering.statistics.models import FrozenReport
from soyte.systems.steering.statistics.selectors import digest

OWN, FOREIGN = "70001", "70002"
CITIZEN = "citizen"  # of the person of the own facility; holds no post
COMMUNES = {OWN: "25195", FOREIGN: "25210"}
ROLES = (
    "it_officer", "doctor", "desk_officer", "data_officer", "director", "duty_officer", "statistician", "administrator",
    "station_nurse", "cdc_officer", CITIZEN,
)  # fmt: skip
AT_DEPARTMENT = {"data_officer", "director", "duty_officer", "statistician", "administrator"}
NOBODY = ""

_numbers = count(1)


@dataclass
class Side:
    """A facility with a person who came there, the files it sent and somebody who works there."""

    unit: Unit
    person: Person
    encounter: Encounter
    composition: Composition
    received: ReceiptVisit
    upload: Upload
    pair: ReviewPair
    report: FrozenReport
    case: CaseReport
    outbreak: Outbreak
    follow_up: FollowUp
    worker: Account
    post_id: int
    dispute: Dispute
    alert: Alert
    screen: tuple[Screen, str]
    day_page: DayPage
    guardianship: Guardianship


@dataclass
class World:
    department: Unit
    sides: dict[str, Side] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    token: str = ""


# Values of each argument. Those that belong to one facility are listed again below.
ARGUMENTS: dict[str, Callable[[World, Side], object]] = {
    "person_id": lambda world, side: side.person.pk,
    "encounter_id": lambda world, side: side.encounter.pk,
    "composition_id": lambda world, side: side.composition.pk,
    "indicator_code": lambda world, side: "visits",
    "plan_code": lambda world, side: "chuyen_doi_so_2021_2025",
    "target_code": lambda world, side: "T8",
    "page_name": lambda world, side: "bac-si",
    "text_name": lambda world, side: "contract",
    "picture_name": lambda world, side: "lich-thang-1366-light.webp",
    "form_code": lambda world, side: "14bct",
    "report_id": lambda world, side: side.report.pk,
    "pair_id": lambda world, side: side.pair.pk,
    "case_id": lambda world, side: side.case.pk,
    "outbreak_id": lambda world, side: side.outbreak.pk,
    "follow_up_id": lambda world, side: side.follow_up.pk,
    "unit_id": lambda world, side: side.unit.pk,
    "account_id": lambda world, side: side.worker.pk,
    "post_id": lambda world, side: side.post_id,
    "set_code": lambda world, side: "sex",
    "token": lambda world, side: world.token,
    "number": lambda world, side: side.received.receipt.number,
    "visit_id": lambda world, side: side.received.pk,
    "upload_id": lambda world, side: side.upload.pk,
    "batch": lambda world, side: side.upload.batch,
    "day": lambda world, side: timezone.localdate(side.received.receipt.received_at).isoformat(),
    "dispute_id": lambda world, side: side.dispute.pk,
    "alert_id": lambda world, side: side.alert.pk,
    "screen_id": lambda world, side: side.screen[0].pk,
    "screen_token": lambda world, side: side.screen[1],
    "day_page_id": lambda world, side: side.day_page.pk,
    "guardianship_id": lambda world, side: side.guardianship.pk,
    "facility_code": lambda world, side: side.unit.facility_code,
}
# Whoever has a right over his own facility alone is not served for a foreign one of these.
OF_A_FACILITY = {
    "person_id",
    "encounter_id",
    "composition_id",
    "case_id",
    "outbreak_id",
    "follow_up_id",
    "unit_id",
    "account_id",
    "post_id",
    "number",
    "visit_id",
    "upload_id",
    "batch",
    "dispute_id",
    "facility_code",
}
# Rights whose very purpose is a record of elsewhere.
MEANT_FOR_FOREIGN = {"record.open_with_reason", "record.search", "citizens.admit"}
# Acts without fields: whoever has the right does them by the bare post, so that only the others are asked here.
ACTS = {
    "identity:account_lock",
    "identity:account_unlock",
    "identity:password_reset",
    "identity:gateway_password",
    "identity:gateway_make",
    "identity:post_end",
    "identity:unit_end",
    "operations_centre:freeze_day_page",
    "operations_centre:revoke_screen",
    "own_record:withdraw",
    "person_index:undo",
    "plan_targets:compute",
    "reference_lists:drop",
    "visit_intake:upload_resume",
    "web:sign_out",
}


def make() -> World:
    """The world of the matrix. In a transaction of the caller's."""
    world = World(department=unit("Sở Y tế", kind="department"))
    for code in (OWN, FOREIGN):
        world.sides[code] = _side(world, code)
    station = unit("Trạm Y tế", kind="station", parent=world.department, commune_code=COMMUNES[OWN])
    for role in set(ROLES) - {CITIZEN}:
        at = world.department if role in AT_DEPARTMENT else world.sides[OWN].unit
        at = station if role == "station_nurse" else at
        world.accounts[role] = account(f"{role.replace('_', '-')}.matrix")
        post(world.accounts[role], role, at)
    world.accounts[CITIZEN] = _citizen(world.sides[OWN])
    world.token = reference_lists.try_list(
        actor_for(world.accounts["administrator"]),
        set_code="sex",
        since=timezone.localdate(),
        source="QĐ thử",
        filename="gioi.csv",
        content="Mã,Tên\n1,Nam\n2,Nữ\n3,Chưa xác định\n".encode(),
    )
    return world


def _side(world: World, code: str) -> Side:
    at = unit(f"Bệnh viện {code}", parent=world.department, facility_code=code, commune_code=COMMUNES[code])
    visit = _sent(code, f"L{code}")
    encounter = visit.encounter
    assert encounter is not None, "the example visit must be a good one"
    worker = account()
    return Side(
        unit=at,
        person=encounter.person,
        encounter=encounter,
        composition=_paper(encounter),
        received=visit,
        upload=_upload(at, worker, visit.receipt),
        pair=_pair(encounter.person),
        report=_report(at, worker),
        case=_case(encounter, COMMUNES[code]),
        outbreak=_outbreak(COMMUNES[code], "dengue"),
        follow_up=_follow_up(encounter, COMMUNES[code]),
        worker=worker,
        post_id=post(worker, "it_officer", at).pk,
        dispute=_dispute(encounter, worker),
        alert=_alert(at),
        screen=_screen(world, code),
        day_page=_day_page(),
        guardianship=_guardianship(encounter.person),
    )


def _citizen(side: Side) -> Account:
    """The account of the facility's person, its password chosen already."""
    number = side.person.identifiers.filter(kind="citizen")[0].value
    holder = citizens.admit(Machine("matrix"), side.person.pk, number=number).account
    Account.objects.filter(pk=holder.pk).update(must_change_password=False)
    return Account.objects.get(pk=holder.pk)


def _alert(at: Unit) -> Alert:
    now = timezone.now()
    facts = {"last": now.isoformat(), "usual_hours": 5}
    return Alert.objects.create(
        kind="late_feed", unit=at, facts=facts, opened_at=now, due_at=now + dt.timedelta(hours=24)
    )


def _screen(world: World, name: str) -> tuple[Screen, str]:
    who = account()
    post(who, "duty_officer", world.department)
    return screens.make(actor_for(who), name=name, look="dark")


def _day_page() -> DayPage:
    zero = ["0", "0"]
    content = {
        "before_day": "2025-11-26", "as_of": "2026-11-26T16:00:00+07:00", "coverage": None, "month_money": zero,
        "headlines": {"visits": zero, "arrivals": zero, "admissions": zero, "notifiable_visits": zero},
        "beds": None, "tops": {"facilities": [], "diagnoses": []}, "clocks": None, "late": [], "late_number": 0,
        "alerts": [], "log": [], "targets": [],
    }  # fmt: skip
    return DayPage.objects.create(
        day=timezone.localdate(), content=content, sha256="0" * 64, frozen_at=timezone.now(), frozen_by=account()
    )


def _dispute(encounter: Encounter, author: Account) -> Dispute:
    return Dispute.objects.create(
        person=encounter.person,
        encounter=encounter,
        facility_code=encounter.facility_code,
        visit_code=encounter.visit_code,
        unit=encounter.unit,
        kind=Dispute.Kind.NOT_MINE,
        raised_by=author,
        raised_at=timezone.now(),
        due_on=timezone.localdate(),
    )


def _guardianship(guardian: Person) -> Guardianship:
    today = timezone.localdate()
    born = today - dt.timedelta(days=1000)
    child = Person.objects.create(full_name="Bé", name_folded="be", sex="1", birth_date=born, birth_precision="day")
    end = today + dt.timedelta(days=1000)
    facts = {"valid_from": today, "valid_to": end, "adult_on": end, "made_at": timezone.now()}
    return Guardianship.objects.create(guardian=guardian, child=child, paper_kind="birth", paper="Số 1", **facts)


def _report(at: Unit, worker: Account) -> FrozenReport:
    day = dt.date(2026, 6, 30)
    content: dict[str, object] = {
        "title": "Bảng",
        "lacking": "",
        "source": "",
        "state": "review",
        "columns": [],
        "rows": [],
    }
    return FrozenReport.objects.create(
        form="14bct", layout_day=day, start=day.replace(day=1), end=day, on_map="moi", content=content, unit=at,
        sha256=digest(content), as_of=timezone.now(), frozen_by=worker, frozen_at=timezone.now(),
    )  # fmt: skip


def _sent(code: str, visit_code: str) -> ReceiptVisit:
    """A good visit of thirty days ago, sent by the facility itself, with a second one that is refused."""
    day = timezone.localdate() - dt.timedelta(days=30)
    at = {"NGAY_VAO": f"{day:%Y%m%d}0800", "NGAY_RA": f"{day:%Y%m%d}0930", "NGAY_TTOAN": f"{day:%Y%m%d}0930"}
    facts = {
        "MA_CSKCB": code,
        "MAXA_CU_TRU": COMMUNES[code],
        "MA_BN": f"BN{code}",
        "HO_TEN": f"NGƯỜI CỦA {code}",
        "SO_CCCD": f"0700850{code}",
        "MA_THE_BHYT": f"DN47575{code}123"[:15],
        **at,
    }
    good = files.visit(visit_code, **facts)
    bad = files.visit(f"{visit_code}X", **(facts | {"NGAY_RA": f"{day - dt.timedelta(days=9):%Y%m%d}0800"}))
    content = files.file(good, bad, made_on=f"{day:%Y%m%d}", facility=code)
    list(receive([Source(f"{visit_code}.xml", lambda: io.BytesIO(content))], files.sender(facility=code)))
    return ReceiptVisit.objects.select_related("receipt", "encounter__person").get(
        facility_code=code, visit_code=visit_code
    )


def _line(encounter: Encounter) -> dict[str, object]:
    return {
        "encounter": encounter,
        "person": encounter.person,
        "at": encounter.started_at,
        "source_table": 4,
        "source_line": 1,
    }


def _paper(encounter: Encounter) -> Composition:
    return Composition.objects.create(
        kind=Composition.Kind.DISCHARGE, sections={"diagnosis": "Viêm họng"}, **_line(encounter)
    )


def _result(encounter: Encounter, number: int) -> Observation:
    return Observation.objects.create(
        category=Observation.Category.LABORATORY,
        code=f"CS{number}",
        name=f"Chỉ số {number}",
        value_text="5.5",
        value_number="5.5",
        unit="mmol/L",
        **_line(encounter),
    )


def _upload(at: Unit, worker: Account, receipt: Receipt) -> Upload:
    upload = Upload.objects.create(
        account=worker,
        unit=at,
        filename="thang.zip",
        size=1000,
        spool="none",
        batch=uuid4(),
        state=Upload.State.DONE,
        received_at=timezone.now(),
    )
    UploadedFile.objects.create(upload=upload, seq=1, receipt=receipt, filename="mot.xml")
    return upload


def _pair(one: Person) -> ReviewPair:
    other = Person.objects.create(
        full_name=one.full_name, name_folded=fold(one.full_name), sex=one.sex, birth_precision="unknown"
    )
    a, b = sorted((one, other), key=lambda person: person.pk)
    return ReviewPair.objects.create(a=a, b=b, reason=ReviewPair.Reason.TWO_NUMBERS)


def _case(encounter: Encounter, commune: str) -> CaseReport:
    """A case of dengue that somebody has to report."""
    now = timezone.now()
    case = CaseReport.objects.create(
        kind=CaseReport.Kind.CASE,
        person=encounter.person,
        disease_code="dengue",
        disease_name="Sốt xuất huyết Dengue",
        seen_at=encounter.started_at,
        seen_on=timezone.localdate(encounter.started_at),
        clock=CaseReport.Clock.HOURS,
        hours=48,
        clock_started_at=now,
        due_at=now + dt.timedelta(hours=48),
        commune_code=commune,
        basis="residence",
        unit=encounter.unit,
        drafted_at=now,
        changed_at=now,
    )
    keys = {"facility_code": encounter.facility_code, "visit_code": encounter.visit_code}
    CaseVisit.objects.create(case=case, encounter=encounter, disease_code="dengue", kind=case.kind, **keys)
    return case


def _outbreak(commune: str, disease: str) -> Outbreak:
    today = timezone.localdate()
    return Outbreak.objects.create(
        disease_code=disease, disease_name=disease, commune_code=commune, first_on=today - dt.timedelta(days=40),
        last_on=today, alarm_cases=6, alarm_days=14, expected=0.5, past_known=True, threshold=5,
        raised_at=timezone.now(),
    )  # fmt: skip


def _follow_up(encounter: Encounter, commune: str) -> FollowUp:
    """Somebody who is asked to come again today."""
    today = timezone.localdate()
    return FollowUp.objects.create(
        kind=FollowUp.Kind.APPOINTMENT, person=encounter.person, encounter=encounter, unit=encounter.unit,
        facility_code=encounter.facility_code, visit_code=encounter.visit_code, file_day=today, on_day=today,
        ended_on=encounter.ended_on, commune_code=commune, basis="residence", hamlet="Ấp 1",
    )  # fmt: skip


def crowd(world: World, number: int) -> None:
    """`number` more of everything that a list of the own facility may show."""
    side = world.sides[OWN]
    administrator = actor_for(world.accounts["administrator"])
    for _ in range(number):
        again = next(_numbers)
        visit = _sent(OWN, f"M{again:04}")
        assert visit.encounter is not None
        _paper(visit.encounter)
        _result(visit.encounter, again)
        _dispute(visit.encounter, side.worker)
        _pair(side.person)
        _case(visit.encounter, COMMUNES[OWN])
        _outbreak(COMMUNES[OWN], f"d{again}")
        _follow_up(visit.encounter, COMMUNES[OWN])
        _upload(side.unit, side.worker, visit.receipt)
        beside = unit(f"Trạm Y tế {again}", kind="station", parent=world.department)
        _alert(beside)
        _screen(world, f"Màn hình {again}")
        _day_page()
        post(account(), "doctor", beside)
        post(side.worker, "doctor", beside)
        record_refused(administrator, "units.read", object_kind="page", object_id=f"/{again}/", reason="thử")
