"""Code lists take the rows of every content set whose target is `codes`; the set's code is the list's name."""

from __future__ import annotations

from typing import Any

from soyte.kernel.codes.content_schemas import CodeRow
from soyte.kernel.codes.models import OVERLAP, CodeEntry
from soyte.kernel.content.rows import DatedRow
from soyte.kernel.content.tables import TableTarget
from soyte.kernel.content.targets import register_target


def _columns(row: DatedRow) -> dict[str, Any]:
    code = row.row
    if not isinstance(code, CodeRow):
        raise TypeError(f"a code list needs rows of CodeRow, not {type(code).__name__}")
    return {
        "code": code.code,
        "name": code.name,
        "name_en": code.name_en,
        "attrs": code.attrs(),
        "source": row.source,
        "verified": row.verified,
        "state": row.state,
    }


register_target(
    "codes",
    TableTarget(
        CodeEntry,
        row=CodeRow,
        key=("list", "code"),
        facts=("name", "name_en", "attrs", "source", "verified", "state"),
        scope=lambda set_code: {"list": set_code},
        columns=_columns,
        exclusion=OVERLAP,
    ),
)
