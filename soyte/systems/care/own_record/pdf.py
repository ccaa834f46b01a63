"""The summary as PDF: sheet.typ with the texts of pages/sheet.py, made by typst (docs/decisions)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SHEET = Path(__file__).with_name("sheet.typ")


def compile_sheet(facts: Mapping[str, Any]) -> bytes:
    """A tagged PDF that a screen reader can read (PDF/UA-1), with fonts that hold every Vietnamese letter."""
    import typst  # loaded on the first sheet: most processes never make one

    return typst.compile(
        SHEET.read_bytes(),
        sys_inputs={"facts": json.dumps(facts, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
    )
