"""What a citizen says is wrong in his record, until a facility has answered."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from soyte.clinical.encounters.models import Encounter, VisitMove
from soyte.clinical.lines import LabelledText
from soyte.kernel.organisations.models import Unit
from soyte.kernel.people.models import Person


class Dispute(models.Model):
    """ "Lượt khám này không phải của tôi", or an entry of it is wrong: a task of the facility with a deadline.

    `person` stood for the record when it was said; `encounter` is the version that he read. Words of and about a labelled
    visit are sealed. An answer that moved the visit names the move; undoing it opens the dispute again.
    """

    class Kind(models.TextChoices):
        NOT_MINE = "not_mine", _("Lượt khám này không phải của tôi")
        WRONG_ENTRY = "wrong_entry", _("Có mục ghi sai")

    class State(models.TextChoices):
        OPEN = "open", _("Đang chờ trả lời")
        UPHELD = "upheld", _("Đúng như phản ánh")
        REFUSED = "refused", _("Không đúng như phản ánh")
        WITHDRAWN = "withdrawn", _("Người dân đã rút")

    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    encounter = models.ForeignKey(Encounter, models.PROTECT, related_name="+")
    facility_code = models.CharField(max_length=5)
    visit_code = models.CharField(max_length=100)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False)
    labels = ArrayField(models.TextField(), default=list)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    entry = models.CharField(max_length=20, blank=True, default="")  # "XML2:3": the line of the file, "" for the visit
    entry_text = LabelledText(blank=True, default="")  # the entry as he read it
    words = LabelledText(blank=True, default="")
    for_a_child = models.BooleanField(default=False)
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    raised_at = models.DateTimeField()
    due_on = models.DateField()  # the last day on which an answer is in time
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    answer = LabelledText(blank=True, default="")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    answered_at = models.DateTimeField(null=True)
    move = models.ForeignKey(VisitMove, models.PROTECT, null=True, related_name="+", db_index=False)
    reopened_at = models.DateTimeField(null=True)  # its answer was taken back

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "facility_code", "visit_code", "kind", "entry"],
                condition=Q(state="open"),
                name="dispute_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="open", answered_at__isnull=True) | ~Q(state="open") & Q(answered_at__isnull=False),
                name="dispute_open_or_answered",
            ),
            models.CheckConstraint(
                condition=Q(kind="not_mine", entry="") | Q(kind="wrong_entry") & ~Q(words=""),
                name="dispute_of_an_entry_has_words",
            ),
        ]
        indexes = [
            # the facility's list by state, the most urgent first
            models.Index(fields=["unit", "state", "due_on", "id"], name="dispute_list"),
            # what a citizen has said
            models.Index(fields=["person", "-id"], name="dispute_of_person"),
        ]
