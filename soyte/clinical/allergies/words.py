"""What was told of allergies, in the words of a record. Always with who told it: nobody has examined it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from soyte.clinical.allergies.models import AllergyStatement
from soyte.kernel.text import format as words

Kind, Answer = AllergyStatement.Kind, AllergyStatement.Answer


def line(row: AllergyStatement) -> str:
    """To what, or none; who told it and when."""
    what = row.substance if row.answer == Answer.YES else str(Answer(row.answer).label)
    told = _("%(what)s (người giám hộ khai %(day)s)") if row.for_a_child else _("%(what)s (người dân tự khai %(day)s)")
    return told % {"what": what, "day": words.day(row.at)}


@dataclass(frozen=True, slots=True)
class Summary:
    """What a doctor reads first. `tone`: bad with an allergy, "" with three times no, dunno where something is unknown."""

    title: str
    text: str
    tone: str


def summary(told: Mapping[str, AllergyStatement]) -> Summary | None:
    """None where nobody has told anything."""
    known = {kind: row for kind, row in told.items() if row.answer != Answer.UNKNOWN}
    if not known:
        return None
    allergic = [row for row in known.values() if row.answer == Answer.YES]
    missing = [str(kind.label).lower() for kind in Kind if kind not in known]
    said = "; ".join(f"{Kind(kind).label}: {line(row)}" for kind, row in known.items())
    if missing:
        said += ". " + _("Chưa biết: %(what)s") % {"what": ", ".join(missing)}
    if allergic:
        return Summary(_("Dị ứng: %(what)s") % {"what": "; ".join(row.substance for row in allergic)}, said, "bad")
    if missing:
        return Summary(_("Dị ứng: mới biết một phần"), said, "dunno")
    return Summary(_("Dị ứng: không, theo lời khai"), said, "")
