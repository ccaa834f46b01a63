"""What every row that a visit brings has in common: its visit, its person, when it happened and where it was read.

A table here is named after a FHIR R4 resource. A visit that is sent again brings new rows beside the old ones; which of
them count says the visit alone (`Encounter.in_force`), so a line is never changed and every read joins its encounter.
"""

from __future__ import annotations

from django.db import models


class LabelledText(models.TextField):
    """Free text of a record. In a visit that carries a label it holds a sealed string (soyte.kernel.labels)."""


class LabelledSections(models.JSONField):
    """Named texts {name: text}, each value sealed as in LabelledText."""


class VisitLine(models.Model):
    """A row of the record that a line of a visit file stated.

    `person` repeats the encounter's person so that one index answers what a person's page asks; the encounter's own key
    is the one that the database checks. `at` is when it happened, never null (where the line has no time, the
    visit's beginning). Provenance: line `source_line` (1-based) of table XML`source_table` of the encounter's file.
    """

    id = models.BigAutoField(primary_key=True)
    encounter = models.ForeignKey("encounters.Encounter", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    at = models.DateTimeField()
    source_table = models.SmallIntegerField()
    source_line = models.IntegerField()

    class Meta:
        abstract = True


class ChargedLine(VisitLine):
    """A line of XML2 or XML3: the money of it stands in one ChargeItem, to which the row points."""

    charge_item = models.ForeignKey(
        "coverage.ChargeItem", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )

    class Meta:
        abstract = True
