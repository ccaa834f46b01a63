"""Visits: one row for each version of a visit that was taken, one for each check-in."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import TruncDate

from soyte.clinical.encounters.age import age_on_arrival
from soyte.clinical.lines import ChargedLine, LabelledText
from soyte.kernel.ids import uuid7

INPATIENT_KINDS = ("03", "04", "06", "09")
STAYS = Q(admitted_at__isnull=False) | Q(kind__in=INPATIENT_KINDS)  # of a visit or a check-in: somebody lay in a bed


class PersonAsWritten(models.Model):
    """Who the file says the patient is, letter by letter: the person's page shows contradictions from here."""

    full_name = models.TextField()
    birth_written = models.TextField()  # NGAY_SINH, yyyymmddHHMM with 00 for the unknown; 4210 also a bare year
    sex = models.TextField()
    patient_no = models.TextField(default="")  # MA_BN, the facility's own number
    citizen_no = models.TextField(default="")
    ethnic_code = models.TextField(default="")
    nationality_code = models.TextField(default="")
    occupation_code = models.TextField(default="")
    address = models.TextField(default="")
    province_code = models.TextField(default="")
    district_code = models.TextField(default="")
    commune_code = models.TextField(default="")
    phone = models.TextField(default="")

    class Meta:
        abstract = True


class Encounter(PersonAsWritten):
    """One version of a visit of a person to a facility: FHIR R4 Encounter, XML1 of a visit file.

    Of all versions of one (facility_code, visit_code) at most one is `in_force`; the others stay as they were. A withdrawn
    visit has none in force. Texts are sealed where `labels` is not empty; codes, dates and amounts never are.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    # null only where MA_CSKCB has not the form of a facility code, which no unit can bear
    unit = models.ForeignKey(
        "organisations.Unit", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="encounters", db_index=False)
    facility_code = models.CharField(max_length=5)  # MA_CSKCB
    visit_code = models.CharField(max_length=100)  # MA_LK
    generation = models.CharField(max_length=4)  # 4210, 130 or 3176: the specification that the file was judged by

    kind = models.CharField(max_length=2)  # MA_LOAI_KCB as counted: 4210's 1, 2, 3 are 01, 02, 03
    kind_written = models.TextField()
    subject_code = models.TextField(default="")  # MA_DOITUONG_KCB; 4210: MA_LYDO_VVIEN
    started_at = models.DateTimeField()  # NGAY_VAO
    admitted_at = models.DateTimeField(null=True)  # NGAY_VAO_NOI_TRU
    ended_at = models.DateTimeField()  # NGAY_RA
    ended_on = models.DateField()  # the day of NGAY_RA in Vietnam: the day on which figures count the visit
    age = models.GeneratedField(
        expression=age_on_arrival(), output_field=models.SmallIntegerField(null=True), db_persist=True
    )
    treatment_days = models.IntegerField(null=True)  # SO_NGAY_DTRI
    result_code = models.TextField(default="")  # KET_QUA_DTRI
    discharge_code = models.TextField(default="")  # MA_LOAI_RV; 4210: TINH_TRANG_RV
    department_codes = models.TextField(default="")  # MA_KHOA, joined by ";"
    area_code = models.TextField(default="")  # MA_KHUVUC
    accident_code = models.TextField(default="")  # MA_TAI_NAN
    referred_from = models.TextField(default="")  # MA_NOI_DI
    referred_to = models.TextField(default="")  # MA_NOI_DEN
    record_no = models.TextField(default="")  # MA_HSBA
    head_code = models.TextField(default="")  # MA_TTDV, who signs for the facility

    main_icd = models.TextField()  # MA_BENH_CHINH
    main_icd_chapter = models.CharField(max_length=5, default="")  # Roman; empty where no list has the code
    reason = LabelledText(default="")  # LY_DO_VV
    admission_reason = LabelledText(default="")  # LY_DO_VNT
    admission_reason_code = models.TextField(default="")  # MA_LY_DO_VNT
    admission_diagnosis = LabelledText(default="")  # CHAN_DOAN_VAO
    discharge_diagnosis = LabelledText(default="")  # CHAN_DOAN_RV; 4210: TEN_BENH
    treatment = LabelledText(default="")  # PP_DIEU_TRI
    note = LabelledText(default="")  # GHI_CHU

    # đồng, as XML1 states them: what figures of cost add up; the whole of the money stands in coverage.Claim
    total_amount = models.DecimalField(max_digits=33, decimal_places=3, null=True)  # T_TONGCHI_BV; 4210: T_TONGCHI
    insurer_amount = models.DecimalField(max_digits=33, decimal_places=3, null=True)  # T_BHTT

    labels = ArrayField(models.TextField(), default=list)  # classes of soyte.kernel.labels; empty = none
    version_day = models.DateField()  # NGAYLAP of the file, never later than the day of receipt
    received_at = models.DateTimeField()
    received_order = models.BigIntegerField()  # grows with receipt: decides between versions of one day
    in_force = models.BooleanField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.TextField(default="")
    source_visit_id = models.BigIntegerField(
        null=True
    )  # the received visit (visit_intake.ReceiptVisit) it was read from

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["facility_code", "visit_code"],
                condition=Q(in_force=True),
                name="encounter_one_version_in_force",
            ),
            models.CheckConstraint(
                condition=Q(in_force=False) | Q(withdrawn_at=None), name="encounter_withdrawn_is_not_in_force"
            ),
        ]
        indexes = [
            # the timeline of a person's page; whether a person was at a facility lately
            models.Index(fields=["person", "-started_at"], condition=Q(in_force=True), name="encounter_person_newest"),
            # the list of a facility's visits, newest first; figures of one facility
            models.Index(fields=["unit", "-ended_on", "-id"], condition=Q(in_force=True), name="encounter_unit_newest"),
            # figures of all facilities over a period, and the rows they open to: what figures count and split by stands
            # in the index, so that a year is counted without its rows, each of which lies elsewhere
            models.Index(
                fields=["ended_on", "facility_code"],
                include=[
                    *("id", "unit", "person", "kind", "sex", "age", "started_at", "result_code", "main_icd"),
                    *("main_icd_chapter", "commune_code", "labels", "treatment_days", "total_amount", "insurer_amount"),
                ],
                condition=Q(in_force=True),
                name="encounter_counted",
            ),
            # who came on a day, who was admitted on a day (Arrival): days of the installation's TIME_ZONE
            models.Index(TruncDate("started_at"), condition=Q(in_force=True), name="encounter_started_on"),
            models.Index(
                TruncDate("admitted_at"),
                condition=Q(in_force=True, admitted_at__isnull=False),
                name="encounter_admitted_on",
            ),
            # who lay in a bed on a day
            models.Index(fields=["ended_on"], condition=Q(in_force=True) & STAYS, name="encounter_stay_ended_on"),
            # labelled versions of a person's visits: whose readings are not told to everybody
            models.Index(fields=["person"], condition=~Q(labels=[]), name="encounter_labelled_of_person"),
            # who sent lately; rows stand as they came, so a few blocks are read
            BrinIndex(fields=["received_at"], name="encounter_received_at"),
            # earlier and withdrawn versions of a visit
            models.Index(
                fields=["facility_code", "visit_code"], condition=Q(in_force=False), name="encounter_past_versions"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.facility_code}/{self.visit_code}"

    @property
    def facility_name(self) -> str:
        """The facility's name; its code where no unit bears it."""
        return self.unit.name if self.unit else self.facility_code


class CheckIn(PersonAsWritten):
    """A person who came and is still there: XML0, sent at the first cost. The visit of the same code ends it.

    One row for each (facility_code, visit_code) and receipt; the latest is `in_force` until the visit itself is taken.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    unit = models.ForeignKey(
        "organisations.Unit", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    # only where she was known already: the visit itself makes a new person
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="check_ins")
    facility_code = models.CharField(max_length=5)
    visit_code = models.CharField(max_length=100)
    kind = models.CharField(max_length=2)
    subject_code = models.TextField(default="")
    card_number = models.TextField(default="")
    started_at = models.DateTimeField()
    admitted_at = models.DateTimeField(null=True)
    reason = LabelledText(default="")  # LY_DO_VNT
    reason_code = models.TextField(default="")
    labels = ArrayField(models.TextField(), default=list)
    received_at = models.DateTimeField()
    received_order = models.BigIntegerField()
    in_force = models.BooleanField()
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    source_receipt_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["facility_code", "visit_code"], condition=Q(in_force=True), name="check_in_one_in_force"
            ),
        ]
        indexes = [
            # who is at the facilities now
            models.Index(fields=["-started_at"], condition=Q(in_force=True), name="check_in_open_newest"),
            # earlier check-ins of a visit
            models.Index(
                fields=["facility_code", "visit_code"], condition=Q(in_force=False), name="check_in_past_versions"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.facility_code}/{self.visit_code}"


class Arrival(models.Model):
    """A person who came to a facility, each (facility_code, visit_code) once: the visit in force, else the check-in in force.

    A view of both tables. What only a visit file says is empty where the person is still there.
    """

    id = models.UUIDField(primary_key=True)
    unit = models.ForeignKey("organisations.Unit", on_delete=models.DO_NOTHING, null=True, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.DO_NOTHING, null=True, related_name="+")
    facility_code = models.CharField(max_length=5)
    visit_code = models.CharField(max_length=100)
    kind = models.CharField(max_length=2)
    started_at = models.DateTimeField()
    started_on = models.DateField()  # the day of NGAY_VAO in Vietnam
    admitted_at = models.DateTimeField(null=True)
    admitted_on = models.DateField(null=True)  # the day of NGAY_VAO_NOI_TRU in Vietnam
    ended_on = models.DateField(null=True)
    main_icd = models.TextField()
    main_icd_chapter = models.CharField(max_length=5)
    commune_code = models.TextField()
    total_amount = models.DecimalField(max_digits=33, decimal_places=3, null=True)
    insurer_amount = models.DecimalField(max_digits=33, decimal_places=3, null=True)
    labels = ArrayField(models.TextField())

    class Meta:
        managed = False
        db_table = "encounters_arrival"

    def __str__(self) -> str:
        return f"{self.facility_code}/{self.visit_code}"


class VisitMove(models.Model):
    """By a decision a visit, with all its versions, is somebody else's than its files say. Undone, it is as before.

    The person who stands in `encounter.person` is changed, so that every read and figure follows; what had stood there is
    kept here. A version that comes later goes to `to_person` without being matched.
    """

    facility_code = models.CharField(max_length=5)
    visit_code = models.CharField(max_length=100)
    unit = models.ForeignKey(
        "organisations.Unit", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    started_at = models.DateTimeField()  # of the version in force when it was moved
    labels = ArrayField(models.TextField(), default=list)
    from_person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    to_person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    versions = models.JSONField()  # {encounter: person before}
    reason = models.TextField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    undone_at = models.DateTimeField(null=True)
    undone_reason = models.TextField(default="")

    class Meta:
        constraints = [
            # also what the intake asks of each visit that comes again
            models.UniqueConstraint(
                fields=["facility_code", "visit_code"], condition=Q(undone_at=None), name="visit_move_one_in_force"
            ),
        ]


class EncounterStay(ChargedLine):
    """Days on a bed: a line of XML3 of groups 14 to 16. `at` is its beginning (NGAY_YL)."""

    department_code = models.TextField(default="")
    bed_code = models.TextField(default="")  # MA_GIUONG
    service_code = models.TextField(default="")
    until = models.DateTimeField(null=True)  # NGAY_KQ
    days = models.DecimalField(max_digits=34, decimal_places=4, null=True)  # SO_LUONG
    shared_percent = models.DecimalField(
        max_digits=33, decimal_places=3, null=True
    )  # TYLE_TT_DV: 50 = bed shared by two
