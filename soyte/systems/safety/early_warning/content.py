"""Kinds of alerts, read from content once a process."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from soyte.kernel.content.declarations import read_declaration
from soyte.systems.safety.early_warning.content_schemas import AlertKind

FOLDER = Path(__file__).parent / "content" / "alerts"


@cache
def kinds() -> dict[str, AlertKind]:
    """Every kind by its code."""
    found = [read_declaration(path, AlertKind) for path in sorted(FOLDER.glob("*.yaml"))]
    return {kind.code: kind for kind in found}
