"""From a visit as the codec read it to the rows of the record: pure functions, no database."""

from soyte.systems.care.visit_intake.ingest.rows.reading import DoesNotFitError
from soyte.systems.care.visit_intake.ingest.rows.visit import VisitRows, visit_rows

__all__ = ["DoesNotFitError", "VisitRows", "visit_rows"]
