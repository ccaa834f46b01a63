"""Which visits carry a label, by what their files say. Pure Python, no Django."""

from __future__ import annotations

from datetime import date
from functools import cache

from soyte.clinical.terminology.terms import Terms
from soyte.formats.visitfile import GENERATIONS, Visit, split_list
from soyte.formats.visitfile import table as spec_table

HIV, ABORTION = "hiv", "abortion"
PREGNANCY_ENDED = "1"  # MA_DINH_CHI_THAI
# Fields of codes of traditional medicine are meant for others, but some programs write the ICD-10 code there too.
_ICD_FIELDS = frozenset({"MA_BENH_CHINH", "MA_BENH", "MA_BENH_KT", "MA_BENHKHAC", "MA_BENH_YHCT"})


def labels_of(visit: Visit, terms: Terms, *, on: date) -> tuple[str, ...]:
    """The labels of a visit: by its diagnosis codes of whichever table, by XML6, by a pregnancy that was ended."""
    labels = terms.labels_for(icd_codes(visit), on)
    if "XML6" in visit.tables or any(f.table == "XML6" and f.code != "table.empty" for f in visit.findings):
        labels.add(HIV)
    if any(row.values.get("MA_DINH_CHI_THAI") == PREGNANCY_ENDED for row in visit.tables.get("XML7", ())):
        labels.add(ABORTION)
    return tuple(sorted(labels))


def icd_codes(visit: Visit) -> list[str]:
    """Every diagnosis code of the visit, of whichever table: what decides its labels."""
    written = {
        text
        for name, rows in visit.tables.items()
        if (fields := _icd_fields(name))
        for row in rows
        for field in fields
        if (text := row.values.get(field))
    }
    return list(filter(None, {code for text in written for code in split_list(text)}))


@cache
def _icd_fields(table: str) -> tuple[str, ...]:
    """The fields of a table that hold codes of ICD-10, in whichever generation."""
    names = {name for generation in GENERATIONS if (found := spec_table(generation, table)) for name in found.fields}
    return tuple(sorted(names & _ICD_FIELDS))
