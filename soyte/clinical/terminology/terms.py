"""What codes mean for the record: chapters, labels, notifiable diseases, long-term conditions, reference ranges.

The lists come from the content files or from the database; what is asked of them is the same. No Django.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from soyte.clinical.terminology.icd import CATEGORY, Ranges, dotted, normal
from soyte.kernel.codes.lists import CodeList, Entry
from soyte.kernel.text.folding import fold

LISTS = ("icd10", "icd10_chapter", "notifiable_disease", "sensitive_icd", "long_term_condition", "lab_reference_range")
_CLOCKS = {"weekly": 1, "monthly": 2}
_UNIT_LETTERS = str.maketrans({"µ": "u", "μ": "u", "×": "x", "²": "2", "³": "3", "⁹": "9"})


@dataclass(frozen=True, slots=True)
class ReferenceRange:
    """Usual values of an index, both ends included; None is open. `state` review: not from an official document."""

    low: Decimal | None
    high: Decimal | None
    source: str
    state: str


def _urgency(entry: Entry) -> tuple[int, int, str]:
    """Sorts the sooner clock first: hours before weeks before months."""
    return _CLOCKS.get(entry.attrs["clock"], 0), int(entry.attrs.get("hours", "0")), entry.code


def _unit(text: str) -> str:
    """A unit as it is compared: "10^9 / L" and "10^9/l" are one, the micro sign is u."""
    return "".join(text.translate(_UNIT_LETTERS).lower().split())


class Terms:
    """The terminology of one state of the lists. Every lookup is a few dictionary reads."""

    def __init__(self, load_list: Callable[[str], CodeList]) -> None:
        self.icd10 = load_list("icd10")
        self._chapters = Ranges((e.attrs["first"], e.attrs["last"], e.code) for e in load_list("icd10_chapter"))
        self._sensitive = Ranges(
            (e.attrs["first"], e.attrs["last"], e) for e in load_list("sensitive_icd") if e.attrs["active"] == "1"
        )
        self._long_term = Ranges((e.attrs["first"], e.attrs["last"], e) for e in load_list("long_term_condition"))
        self._notifiable = self._by_code(load_list("notifiable_disease"))
        self._ranges = self._by_index(load_list("lab_reference_range"))

    @staticmethod
    def _by_code(diseases: CodeList) -> dict[str, list[Entry]]:
        found: dict[str, list[Entry]] = defaultdict(list)
        for entry in sorted(diseases, key=_urgency):
            for code in entry.attrs.get("icd10", "").split():
                found[normal(code)].append(entry)
        return found

    @staticmethod
    def _by_index(ranges: CodeList) -> dict[str, list[Entry]]:
        found: dict[str, list[Entry]] = defaultdict(list)
        for entry in ranges:
            names = [entry.name, entry.attrs["loinc"], *entry.attrs.get("aliases", "").split(";")]
            for name in {fold(name) for name in names if name}:
                found[name].append(entry)
        return found

    def icd(self, code: str, on: dt.date) -> Entry | None:
        """What an ICD-10 code, written in any way, means on a day."""
        return self.icd10.get(dotted(code), on)

    def icd_name(self, code: str, on: dt.date) -> str:
        """The Vietnamese name on a day, else the latest one, else that of its category, else ""."""
        written = dotted(code)
        return self.icd10.name_of(written, on) or self.icd10.name_of(written[:CATEGORY], on)

    def chapter_of(self, code: str) -> str:
        """The Roman number of the chapter, by the code alone; "" for what is no ICD-10 code."""
        found = self._chapters.at(code)
        return found[0] if found else ""

    def labels_for(self, codes: Iterable[str], on: dt.date) -> set[str]:
        """The labels that codes bring to a visit of a day."""
        return {entry.attrs["label"] for code in codes for entry in self._sensitive.at(code) if entry.holds(on)}

    def notifiable(self, code: str, on: dt.date) -> Entry | None:
        """The notifiable disease of a code on a day. Of several the one named most exactly; of these the most urgent."""
        bare = normal(code)
        for length in range(len(bare), CATEGORY - 1, -1):
            for entry in self._notifiable.get(bare[:length], ()):
                if entry.holds(on):
                    return entry
        return None

    def long_term(self, code: str, on: dt.date) -> Entry | None:
        """The long-term condition that a code belongs to on a day."""
        return next((entry for entry in self._long_term.at(code) if entry.holds(on)), None)

    def is_long_term(self, code: str) -> bool:
        """Whether a code belongs to a condition that lasts."""
        return bool(self._long_term.at(code))

    def reference_range(
        self, *, index: str, unit: str, sex: str, age_years: int, on: dt.date, name: str = ""
    ) -> ReferenceRange | None:
        """The usual values of a result; None where content has none for this index, unit, sex and age.

        `index` and `name` as the file states them (MA_CHI_SO, TEN_CHI_SO), `sex` 1 or 2.
        """
        entries = self._ranges.get(fold(index)) or self._ranges.get(fold(name)) or ()
        for entry in entries:
            units = {_unit(one) for one in entry.attrs["units"].split(";")}
            fits = _unit(unit) in units and entry.attrs.get("sex", sex) == sex
            if fits and age_years >= int(entry.attrs["age_from"]) and entry.holds(on):
                return _range(entry)
        return None


def _range(entry: Entry) -> ReferenceRange:
    low, high = entry.attrs.get("low"), entry.attrs.get("high")
    return ReferenceRange(Decimal(low) if low else None, Decimal(high) if high else None, entry.source, entry.state)
