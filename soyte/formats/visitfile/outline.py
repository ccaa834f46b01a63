"""What the first pass finds in a file, whichever way it is read, and the survey made of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from soyte.formats.visitfile.model import Finding, Survey
from soyte.formats.visitfile.values import read_day


@dataclass(slots=True)
class Outline:
    """A file as far as it was read."""

    encoding: str = "utf-8"
    kind: str | None = None  # of Survey
    envelope: dict[str, str] = field(default_factory=lambda: {"MACSKCB": "", "NGAYLAP": "", "SOLUONGHOSO": ""})
    signed: bool = False
    starts: list[int] = field(default_factory=list)  # of the HOSO, in bytes
    end: int = 0  # of the last HOSO
    codes: list[str | None] = field(default_factory=list)  # MA_LK of each HOSO
    findings: list[Finding] = field(default_factory=list)
    size: int = 0

    def survey(self, *, fatal: Finding | None) -> Survey:
        if fatal is None:
            self._check_envelope()
        repeated = Counter(code for code in self.codes if code is not None)
        return Survey(
            kind=self.kind,
            encoding=self.encoding,
            facility_code=self.envelope["MACSKCB"],
            made_on=self.envelope["NGAYLAP"],
            declared_count=self.envelope["SOLUONGHOSO"],
            signed=self.signed,
            size=self.size,
            pieces=self._pieces() if fatal is None else (),
            codes=tuple(self.codes),
            fatal=fatal,
            findings=tuple(self.findings),
            duplicates=frozenset(code for code, count in repeated.items() if count > 1),
        )

    def _pieces(self) -> tuple[tuple[int, int], ...]:
        if self.kind != "visits":
            return ((0, self.size),)
        return tuple(pairwise([0, *self.starts, self.end, self.size]))

    def _check_envelope(self) -> None:
        if self.kind != "visits":
            return
        declared, found = self.envelope["SOLUONGHOSO"], len(self.starts)
        if declared != str(found) and not (declared.isdigit() and int(declared[:9]) == found):
            params = {"found": str(found)}
            self.findings.append(Finding("envelope.SOLUONGHOSO", field="SOLUONGHOSO", value=declared, params=params))
        try:
            readable = read_day(self.envelope["NGAYLAP"]) is not None
        except ValueError:
            readable = False
        if not readable:
            self.findings.append(Finding("envelope.NGAYLAP", field="NGAYLAP", value=self.envelope["NGAYLAP"]))
