from django.db import models
from django.db.models import F, Q


class Reading(models.Model):
    """What a measure said on a day. The day's row is computed again until the day is over; earlier ones stay as they were."""

    measure = models.CharField(max_length=60)
    on = models.DateField()
    as_of = models.DateTimeField()
    part = models.PositiveIntegerField()
    whole = models.PositiveIntegerField()
    sent = models.PositiveIntegerField(null=True)  # facilities that sent data, of those that should
    expected = models.PositiveIntegerField(null=True)
    by_unit = models.JSONField(default=list)  # [key, name, part, whole] of each unit or commune
    beside = models.JSONField(default=list)  # [title, number] of counts that stand beside the figure

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["measure", "on"], name="reading_one_a_day"),
            models.CheckConstraint(
                condition=Q(sent=None, expected=None) | Q(sent__lte=F("expected")), name="reading_coverage"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.on}"
