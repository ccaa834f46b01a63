"""The terminology of the content files, for programs without a database. No Django."""

from __future__ import annotations

from functools import lru_cache

from soyte.clinical.terminology.terms import Terms
from soyte.kernel.codes.files import load_list


@lru_cache(maxsize=1)
def terms() -> Terms:
    """The terms of the content files; the same object every time."""
    return Terms(load_list)
