"""Persons, the numbers that lead to them, and the pairs that a human has to decide."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from soyte.kernel.ids import uuid7
from soyte.kernel.text import format


class Precision(models.TextChoices):
    """How much of a date is known. A month is kept as its first day, a year as its first of January."""

    DAY = "day", _("Ngày")
    MONTH = "month", _("Tháng")
    YEAR = "year", _("Năm")
    UNKNOWN = "unknown", _("Không rõ")


class Person(models.Model):
    """One human being, as the files know him.

    Merging never moves rows: `merged_into` names the row that speaks for this one, always the last of a chain, and
    it is computed from the pairs decided as the same. What belongs to a person is read over `selectors.family`.
    """

    class Sex(models.TextChoices):  # GIOI_TINH of the visit files
        MALE = "1", _("Nam")
        FEMALE = "2", _("Nữ")
        UNDETERMINED = "3", _("Chưa xác định")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    full_name = models.CharField(max_length=255)  # composed (NFC), otherwise as written
    name_folded = models.CharField(max_length=300)  # names.folded_name of it
    birth_date = models.DateField(null=True, blank=True)
    birth_precision = models.CharField(max_length=7, choices=Precision.choices, default=Precision.UNKNOWN)
    sex = models.CharField(max_length=1, choices=Sex.choices)
    ethnic_code = models.CharField(max_length=5, blank=True, default="")
    occupation_code = models.CharField(max_length=5, blank=True, default="")
    phone = models.CharField(max_length=15, blank=True, default="")  # digits, 0 before the Vietnamese number
    address = models.CharField(max_length=1024, blank=True, default="")
    commune_code = models.CharField(max_length=5, blank=True, default="")
    province_code = models.CharField(max_length=3, blank=True, default="")
    contact_seen_on = models.DateField(null=True, blank=True)  # day of the visit that gave phone and address
    synthetic = models.BooleanField(default=False)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("Người dân")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(birth_date__isnull=True, birth_precision="unknown")
                | Q(birth_date__isnull=False) & ~Q(birth_precision="unknown"),
                name="person_birth_date_known_or_not",
            ),
            models.CheckConstraint(condition=Q(sex__in=["1", "2", "3"]), name="person_sex_code"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")), name="person_not_merged_into_itself"
            ),
        ]
        indexes: ClassVar = [
            # Search by words in any order; a small pending list, because the search reads it whole.
            GinIndex(
                SearchVector("name_folded", config="simple"), name="person_name_words", gin_pending_list_limit=256
            ),
            # Matching without identifiers.
            models.Index(fields=["name_folded", "birth_date"], name="person_name_birth"),
            # Search by birth date, by phone; newborns of a day.
            models.Index(fields=["birth_date"], name="person_birth_date"),
            models.Index(fields=["phone"], condition=~Q(phone=""), name="person_phone"),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def record_id(self) -> uuid.UUID:
        """The person that stands for this one after merges: its own id unless merged."""
        return self.merged_into_id or self.id

    @property
    def birth_year(self) -> int | None:
        return self.birth_date.year if self.birth_date else None

    @property
    def birth_text(self) -> str:
        """The birth date as far as it is known: '05/03/1950', '1950', 'không rõ'."""
        return format.partial_day(self.birth_date, self.birth_precision)

    def age_on(self, day: date) -> int | None:
        """Full years on `day`; of a birth known by year only, the years that `day`'s year makes."""
        if self.birth_date is None:
            return None
        had_birthday = self.birth_precision != Precision.DAY or (day.month, day.day) >= (
            self.birth_date.month,
            self.birth_date.day,
        )
        return day.year - self.birth_date.year - (not had_birthday)

    def age_text(self, day: date) -> str:
        """The age on `day` in words: '67 tuổi', of an infant '8 tháng tuổi' or '12 ngày tuổi'; "" where it is not known."""
        years = self.age_on(day)
        if years is None or self.birth_date is None:
            return ""
        if years > 0 or self.birth_precision != Precision.DAY or day < self.birth_date:
            return ngettext("%(age)s tuổi", "%(age)s tuổi", years) % {"age": years}
        months = (day.year - self.birth_date.year) * 12 + day.month - self.birth_date.month
        months -= day.day < self.birth_date.day
        if months > 0:
            return ngettext("%(age)s tháng tuổi", "%(age)s tháng tuổi", months) % {"age": months}
        days = (day - self.birth_date).days
        return ngettext("%(age)s ngày tuổi", "%(age)s ngày tuổi", days) % {"age": days}


class Identifier(models.Model):
    """A number under which a person is known; not unique: numbers are re-issued, cancelled and mistyped.

    citizen: 12 digits, or 9 of the older card. insurance: the last ten digits of the card, whatever its prefix, one
    row for each validity written on a card. patient_no: given by the facility `issuer`. newborn: mother, birth time
    and place among her children, until the child has numbers of its own.
    """

    class Kind(models.TextChoices):
        CITIZEN = "citizen", _("Số định danh cá nhân")
        INSURANCE = "insurance", _("Số bảo hiểm y tế")
        PASSPORT = "passport", _("Hộ chiếu")
        PATIENT_NO = "patient_no", _("Mã người bệnh của cơ sở")
        NEWBORN = "newborn", _("Con theo giấy chứng sinh")

    person = models.ForeignKey(Person, models.PROTECT, related_name="identifiers")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    value = models.CharField(max_length=100)
    issuer = models.CharField(max_length=5, blank=True, default="")  # facility code of a patient_no
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)  # first day on which it holds no more
    first_seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("Số định danh")
        constraints: ClassVar = [
            # Also the index by which a number is looked up.
            models.UniqueConstraint(
                fields=["kind", "value", "issuer", "person", "valid_from"],
                nulls_distinct=False,
                name="identifier_once_per_person",
            ),
            models.CheckConstraint(condition=~Q(value=""), name="identifier_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value}"

    @property
    def last_day(self) -> date | None:
        """The last day on which it holds, as a card says it (GT_THE_DEN); None where it has no end."""
        return self.valid_to - timedelta(days=1) if self.valid_to else None


class PersonRelation(models.Model):
    """`other` is the `kind` of `person`: the mother of a child."""

    class Kind(models.TextChoices):
        MOTHER = "mother", _("Mẹ")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    person = models.ForeignKey(Person, models.PROTECT, related_name="relations")
    other = models.ForeignKey(Person, models.PROTECT, related_name="related_as")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "kind", "other"], name="person_relation_once"),
        ]


class ReviewPair(models.Model):
    """Two persons who may be one. Asked once: a decided pair is never asked again; only undoing opens it anew."""

    class State(models.TextChoices):
        OPEN = "open", _("Chờ quyết định")
        SAME = "same", _("Cùng một người")
        DIFFERENT = "different", _("Hai người khác nhau")

    class Reason(models.TextChoices):
        SHARED_NUMBER = "shared_number", _("Chung một số định danh nhưng khác tên hoặc năm sinh")
        TWO_NUMBERS = "two_numbers", _("Các số định danh của một lượt khám dẫn đến hai người")
        PATIENT_NO = "patient_no", _("Cùng mã người bệnh, tên và năm sinh nhưng khác số định danh")
        NEWBORN = "newborn", _("Trẻ sơ sinh có thể là con theo giấy chứng sinh")
        NAMED_LATER = "named_later", _("Trẻ lúc sinh chưa có tên hay số riêng, tệp sau có tên và số mới")

    a = models.ForeignKey(Person, models.PROTECT, related_name="+")
    b = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=20, choices=Reason.choices)
    detail = models.CharField(max_length=200, blank=True, default="")  # the kind of number that made the pair
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField(db_default=Now())
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    # Of a pair that is one person: which of the two was chosen to speak for both; null = nobody chose.
    keeps = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    note = models.TextField(blank=True, default="")

    class Meta:
        verbose_name = _("Cặp người nghi trùng")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["a", "b"], name="review_pair_once"),
            models.CheckConstraint(condition=Q(a__lt=F("b")), name="review_pair_ordered"),
            models.CheckConstraint(
                condition=Q(keeps__isnull=True) | Q(state="same") & (Q(keeps=F("a")) | Q(keeps=F("b"))),
                name="review_pair_keeps_one_of_both",
            ),
        ]
        indexes: ClassVar = [
            # The review list by state, newest first; the other half of a person's pairs.
            models.Index(fields=["state", "-id"], name="review_pair_list"),
            models.Index(fields=["b"], name="review_pair_of_b"),
        ]
