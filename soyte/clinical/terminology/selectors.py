"""The terminology, kept in memory while that is what the database holds."""

from __future__ import annotations

import uuid

from soyte.clinical.terminology import files
from soyte.clinical.terminology.terms import LISTS, Terms
from soyte.kernel.codes.selectors import load_list
from soyte.kernel.content import stamps

_held: tuple[tuple[uuid.UUID | None, ...], Terms] | None = None


def terms() -> Terms:
    """The terms as the database holds them; as the files say where content was never loaded.

    Whoever asks many questions at once takes this object once.
    """
    global _held
    known = tuple(stamps.stamp(name) for name in LISTS)
    if not any(known):
        return files.terms()
    if _held is None or _held[0] != known:
        _held = (known, Terms(load_list))
    return _held[1]
