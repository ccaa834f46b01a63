"""Visit files for the health insurer (QĐ 4210, 130, 4750, 3176): reading and writing, without Django or database.

Two passes: `survey` proves a file well-formed to its end and cuts it into pieces, `read_visit` reads one piece.
Kept apart, since few callers need them and their libraries are slow to load: `signature` and `deidentify`.
"""

from soyte.formats.visitfile.envelope import survey
from soyte.formats.visitfile.faults import SHORT_CODES
from soyte.formats.visitfile.model import Finding, Row, Sheet, Survey, Visit
from soyte.formats.visitfile.sheet import read_assessment, read_check_in
from soyte.formats.visitfile.spec import GENERATIONS, TABLE_NAMES, Field, Table, field, judged_by, table, tables
from soyte.formats.visitfile.values import (
    VIETNAM,
    PartialDate,
    read_day,
    read_decimal,
    read_instant,
    read_instant_or_day,
    read_partial_date,
    split_list,
)
from soyte.formats.visitfile.visit import read_visit
from soyte.formats.visitfile.writer import Style, VisitTables, write_assessment, write_check_in, write_file

__all__ = [
    "GENERATIONS",
    "SHORT_CODES",
    "TABLE_NAMES",
    "VIETNAM",
    "Field",
    "Finding",
    "PartialDate",
    "Row",
    "Sheet",
    "Style",
    "Survey",
    "Table",
    "Visit",
    "VisitTables",
    "field",
    "judged_by",
    "read_assessment",
    "read_check_in",
    "read_day",
    "read_decimal",
    "read_instant",
    "read_instant_or_day",
    "read_partial_date",
    "read_visit",
    "split_list",
    "survey",
    "table",
    "tables",
    "write_assessment",
    "write_check_in",
    "write_file",
]
