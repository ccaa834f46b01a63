"""Reports of notifiable cases, their visits, their way from hand to hand; outbreaks and what was done in them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from soyte.clinical.encounters.residence import Basis
from soyte.kernel.ids import uuid7


class CaseReport(models.Model):
    """One person, one disease, one window of time: what somebody has to report, or a death with its own clock.

    Made by the machine from visit files, never deleted. `commune_code` is of the map of the day it was drafted. Texts in
    `details` and in the events are sealed where `labels` is not empty; codes and dates never are.
    """

    class Kind(models.TextChoices):
        CASE = "case", _("Ca bệnh")
        DEATH = "death", _("Tử vong")

    class State(models.TextChoices):
        DRAFT = "draft", _("Nháp")
        COMPLETED = "completed", _("Đã hoàn thiện")
        REPORTED = "reported", _("Đã báo cáo")
        DISCARDED = "discarded", _("Đã bỏ")
        PAST = "past", _("Nạp bù")  # told by a file of long ago: counted, without a clock

    class Attention(models.TextChoices):
        """What happened to the visits after the report was made, for somebody to look at."""

        NONE = "", _("Không")
        WITHDRAWN = "withdrawn", _("Cơ sở đã rút lượt khám")
        CHANGED = "changed", _("Cơ sở đã gửi lại với chẩn đoán khác")
        MOVED = "moved", _("Lượt khám thuộc về người khác")
        SEEN_AGAIN = "seen_again", _("Có lượt khám mới sau khi bỏ")

    # No version in force of any of its visits says any more what it reports.
    NO_VISIT = (Attention.WITHDRAWN, Attention.CHANGED, Attention.MOVED)

    class Clock(models.TextChoices):
        HOURS = "hours", _("Theo giờ")
        WEEKLY = "weekly", _("Theo tuần")
        MONTHLY = "monthly", _("Theo tháng")
        DEATH = "death", _("Tử vong")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=5, choices=Kind.choices)
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    attention = models.CharField(max_length=10, choices=Attention.choices, blank=True, default="")
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+", db_index=False)
    disease_code = models.CharField(max_length=40)  # of the list notifiable_disease
    disease_name = models.CharField(max_length=500)  # as the list of that day called it
    labels = ArrayField(models.TextField(), default=list)  # of the disease; other diagnoses of a visit bring none

    seen_at = models.DateTimeField()  # NGAY_VAO of its earliest visit; of a death NGAY_RA
    seen_on = models.DateField()  # its day in Vietnam: what is counted
    clock = models.CharField(max_length=7, choices=Clock.choices)
    hours = models.PositiveSmallIntegerField(null=True)
    clock_started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    is_late_file = models.BooleanField(default=False)  # the deadline was over when the file arrived

    commune_code = models.CharField(max_length=5, blank=True, default="")
    basis = models.CharField(max_length=10, choices=Basis.choices)
    unit = models.ForeignKey("organisations.Unit", models.PROTECT, null=True, related_name="+", db_index=False)

    details = models.JSONField(default=dict)  # what people wrote, by the names of form_fields.py
    version = models.PositiveIntegerField(default=1)  # grows with each act of a person
    drafted_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    reported_at = models.DateTimeField(null=True)
    reported_no = models.CharField(max_length=60, blank=True, default="")  # number in the national system

    class Meta:
        verbose_name = _("Ca bệnh phải báo cáo")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="reported", reported_at__isnull=False) & ~Q(reported_no="")
                | ~Q(state="reported") & Q(reported_at__isnull=True, reported_no=""),
                name="case_reported_has_its_number",
            ),
            models.CheckConstraint(
                condition=Q(clock="hours", hours__isnull=False) | ~Q(clock="hours") & Q(hours__isnull=True),
                name="case_hours_belong_to_a_clock",
            ),
            models.CheckConstraint(condition=Q(due_at__gte=models.F("clock_started_at")), name="case_due_after_start"),
            models.UniqueConstraint(
                fields=["reported_no"], condition=~Q(reported_no=""), name="case_number_of_one_report"
            ),
        ]
        indexes: ClassVar = [
            # The work list of a station, the soonest first; that of the whole province.
            models.Index(
                fields=["commune_code", "due_at", "id"],
                condition=Q(state__in=["draft", "completed"]),
                name="case_open_of_commune",
            ),
            models.Index(fields=["due_at", "id"], condition=Q(state__in=["draft", "completed"]), name="case_open"),
            # The other tabs, newest first.
            models.Index(fields=["state", "-seen_at", "-id"], name="case_by_state"),
            # An earlier report of the same person and disease.
            models.Index(fields=["person", "disease_code", "seen_at"], name="case_of_person"),
            # Clusters, and the curve of an outbreak.
            models.Index(fields=["disease_code", "commune_code", "seen_on"], name="case_counted"),
        ]

    def __str__(self) -> str:
        return f"{self.disease_name} {self.seen_on}"

    @property
    def is_open(self) -> bool:
        """Somebody still has to report or discard it."""
        return self.state in (self.State.DRAFT, self.State.COMPLETED)


class CaseVisit(models.Model):
    """A visit that a report stands on: its version that counts now, or counted last."""

    case = models.ForeignKey(CaseReport, models.PROTECT, related_name="visits")
    encounter = models.ForeignKey("encounters.Encounter", models.PROTECT, related_name="+", db_index=False)
    facility_code = models.CharField(max_length=5)
    visit_code = models.CharField(max_length=100)
    disease_code = models.CharField(max_length=40)
    kind = models.CharField(max_length=5, choices=CaseReport.Kind.choices)
    stands = models.BooleanField(default=True)  # some version in force still says so

    class Meta:
        constraints: ClassVar = [
            # Also what makes hearing of a visit twice harmless.
            models.UniqueConstraint(
                fields=["facility_code", "visit_code", "disease_code", "kind"], name="case_visit_once"
            ),
        ]


class CaseEvent(models.Model):
    """What became of a report, in the order of `id`: a clock set back disturbs no history."""

    class Act(models.TextChoices):
        DRAFTED = "drafted", _("Máy lập nháp từ tệp khám bệnh")
        ATTACHED = "attached", _("Gắn thêm lượt khám")
        WITHDRAWN = "withdrawn", _("Cơ sở rút lượt khám")
        CHANGED = "changed", _("Cơ sở gửi lại lượt khám với chẩn đoán khác")
        SENT_AGAIN = "sent_again", _("Cơ sở gửi lại lượt khám")
        MOVED = "moved", _("Lượt khám chuyển sang người khác")
        COMPLETED = "completed", _("Hoàn thiện phiếu")
        DISCARDED = "discarded", _("Bỏ")
        REOPENED = "reopened", _("Mở lại")
        REPORTED = "reported", _("Đã báo cáo hệ thống quốc gia")
        HANDED_OVER = "handed_over", _("Chuyển xã khác")
        RECEIVED = "received", _("Xã nhận đã ký nhận")

    case = models.ForeignKey(CaseReport, models.PROTECT, related_name="events")
    act = models.CharField(max_length=11, choices=Act.choices)
    at = models.DateTimeField()
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    note = models.TextField(blank=True, default="")


class HandOver(models.Model):
    """A report given from one commune to another: it moves at once, and the receiver signs for it."""

    case = models.ForeignKey(CaseReport, models.PROTECT, related_name="hand_overs")
    number = models.CharField(max_length=30, unique=True)
    from_commune = models.CharField(max_length=5, blank=True, default="")
    to_commune = models.CharField(max_length=5)
    reason = models.TextField()
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    received_at = models.DateTimeField(null=True)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )


class Outbreak(models.Model):
    """Cases of one disease in one commune, more than its own past lets expect. The figures are those of the alarm."""

    class State(models.TextChoices):
        SIGNAL = "signal", _("Cảnh báo chờ xem")
        OPEN = "open", _("Ổ dịch đang theo dõi")
        CLOSED = "closed", _("Đã kết thúc")
        DISMISSED = "dismissed", _("Không phải ổ dịch")

    disease_code = models.CharField(max_length=40)
    disease_name = models.CharField(max_length=500)
    commune_code = models.CharField(max_length=5)
    state = models.CharField(max_length=9, choices=State.choices, default=State.SIGNAL)
    first_on = models.DateField()  # first day of the window that raised the alarm
    last_on = models.DateField()  # day of the latest case that joined
    alarm_cases = models.PositiveIntegerField()
    alarm_days = models.PositiveSmallIntegerField()
    expected = models.FloatField()  # of such a window, by the commune's own past
    past_known = models.BooleanField()  # False: in an installation's first weeks the other communes stood for the past
    threshold = models.PositiveIntegerField()
    raised_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    closed_on = models.DateField(null=True)
    reason = models.TextField(blank=True, default="")  # of the last decision
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("Ổ dịch")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["disease_code", "commune_code"],
                condition=Q(state__in=["signal", "open"]),
                name="outbreak_one_at_a_time",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "-first_on", "-id"], name="outbreak_list")]

    def __str__(self) -> str:
        return f"{self.disease_name} {self.commune_code} {self.first_on}"

    @property
    def is_running(self) -> bool:
        return self.state in (self.State.SIGNAL, self.State.OPEN)


class OutbreakAct(models.Model):
    """A line of what was done. Corrected by a further line, never changed."""

    class What(models.TextChoices):
        INQUIRY = "inquiry", _("Điều tra ca bệnh, tìm người tiếp xúc")
        SAMPLE = "sample", _("Lấy mẫu xét nghiệm")
        ISOLATION = "isolation", _("Cách ly, điều trị")
        VECTOR = "vector", _("Phun hóa chất, diệt lăng quăng")
        CLEANING = "cleaning", _("Khử khuẩn môi trường")
        VACCINATION = "vaccination", _("Tiêm phòng")
        TEACHING = "teaching", _("Truyền thông")
        REPORT = "report", _("Báo cáo cấp trên")
        OTHER = "other", _("Việc khác")
        # A decision bears the name of the state into which it brought the outbreak.
        OPEN = "open", _("Xác nhận là ổ dịch")
        DISMISSED = "dismissed", _("Quyết định không phải ổ dịch")
        CLOSED = "closed", _("Kết thúc ổ dịch")

    outbreak = models.ForeignKey(Outbreak, models.PROTECT, related_name="acts")
    done_on = models.DateField()
    what = models.CharField(max_length=12, choices=What.choices)
    note = models.TextField(blank=True, default="")
    at = models.DateTimeField()
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
