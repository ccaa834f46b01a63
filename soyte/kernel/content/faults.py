"""What is wrong in a content file or an uploaded list: where, which value, of which kind. Words are in messages.py."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from pydantic import ValidationError


@dataclasses.dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `path` as the reader knows the file, `line` 1-based (0 = the file as a whole), `field` a column or key.

    `code` names the kind of fault (messages.py has its sentence and its mend), `params` what the sentence needs.
    """

    path: str
    line: int
    field: str
    code: str
    value: str = ""
    params: Mapping[str, str] = dataclasses.field(default_factory=dict)


class ContentError(Exception):
    """A content file cannot be used; carries its faults."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(
            "; ".join(f"{f.path}:{f.line}: {f.field or '-'}: {f.code} {f.value!r}" for f in self.faults[:5])
        )


def schema_faults(error: ValidationError, *, path: str, line: int) -> list[Fault]:
    """The faults that a schema found in one row or one manifest, all said to be on `line`."""
    found = []
    for detail in error.errors(include_url=False):
        context = detail.get("ctx", {})
        place = ".".join(str(part) for part in detail["loc"])
        value = detail["input"] if isinstance(detail["input"], str) else ""
        params = {name: str(value) for name, value in context.items() if name != "error"}
        # A validator of ours raises ValueError with the code of the fault as its text.
        code = str(context["error"]) if detail["type"] == "value_error" else detail["type"]
        found.append(Fault(path, line, place, code, value, params))
    return found
