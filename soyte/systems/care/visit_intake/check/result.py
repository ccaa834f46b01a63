"""What `soyte check` and `soyte ingest` print: one shape, one meaning of each key, one exit status.

    {files, visits, accepted, rejected, replaced, persons_new, rows, seconds,
     errors: [{file, visit, table, line, field, code, severity, message}]}

visits = accepted + rejected. A HOSO whose XML1 cannot be read is a visit with `visit` null; an unreadable file and a
check-in count in `files` only. Outside programs rely on these keys.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

ALL_TAKEN, SOME_REFUSED, COULD_NOT_RUN = 0, 1, 2


@dataclass(frozen=True, slots=True)
class ErrorLine:
    """One finding as it is printed. `visit` is the MA_LK; `line` is 1-based in the table; `severity` a word."""

    file: str
    visit: str | None
    table: str | None
    line: int | None
    field: str | None
    code: str
    severity: str
    message: str


@dataclass(slots=True)
class Result:
    """The sums of one call. `persons_new` and `rows` stay null where nothing is written."""

    files: int = 0
    visits: int = 0
    accepted: int = 0
    rejected: int = 0
    replaced: int = 0
    persons_new: int | None = None
    rows: int | None = None
    seconds: float = 0.0
    errors: list[ErrorLine] = field(default_factory=list)
    files_refused: int = 0

    def count_visit(self, *, accepted: bool, replaced: bool = False) -> None:
        """Count one HOSO; `replaced` says that its (facility, MA_LK) was known before it."""
        self.visits += 1
        self.accepted += accepted
        self.rejected += not accepted
        self.replaced += accepted and replaced

    def as_json(self, *, notes: bool = False) -> dict[str, object]:
        """The dictionary to print; findings of severity note only where asked for."""
        return {
            "files": self.files,
            "visits": self.visits,
            "accepted": self.accepted,
            "rejected": self.rejected,
            "replaced": self.replaced,
            "persons_new": self.persons_new,
            "rows": self.rows,
            "seconds": round(self.seconds, 3),
            "errors": [asdict(error) for error in self.errors if notes or error.severity != "note"],
        }

    @property
    def exit_status(self) -> int:
        """0 all taken, 1 a visit or a whole file refused."""
        return SOME_REFUSED if self.rejected or self.files_refused else ALL_TAKEN
