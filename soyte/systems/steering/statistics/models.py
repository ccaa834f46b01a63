"""Reports that were handed in: what a table said when it was frozen."""

from __future__ import annotations

from django.db import models

from soyte.kernel.ids import uuid7


class FrozenReport(models.Model):
    """A table as reported. Its row is never changed; `sha256` is that of `content` as `kernel.digests` writes it.

    `content`: title, columns and rows with the values that the one who froze it saw, hidden ones as null.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    form = models.CharField(max_length=40)
    layout_day = models.DateField()  # the day whose layout was taken
    start = models.DateField()
    end = models.DateField()
    where = models.JSONField(default=dict)
    on_map = models.CharField(max_length=3)
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    as_of = models.DateTimeField()
    unit = models.ForeignKey("organisations.Unit", on_delete=models.PROTECT, related_name="+")
    frozen_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    frozen_at = models.DateTimeField()

    class Meta:
        indexes = [
            # the list of reports, newest first
            models.Index(fields=["-frozen_at", "-id"], name="frozen_report_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.form} {self.start} - {self.end}"
