"""Code lists from the database, kept in memory while they are what the database holds."""

from __future__ import annotations

import uuid

from django.db.models import F, Q

from soyte.kernel.codes import files
from soyte.kernel.codes.lists import CodeList, Entry
from soyte.kernel.codes.models import CodeEntry
from soyte.kernel.content import stamps
from soyte.kernel.content.manifest import found_set

_COLUMNS = ("code", "name", "name_en", "attrs", "valid_from", "valid_to", "source", "verified", "state", "origin")

_held: dict[str, tuple[uuid.UUID, CodeList]] = {}


def _read(name: str) -> CodeList:
    """Rows that hold on some day. Thousands of them share a few attributes: each set of attributes is kept once."""
    holding = Q(valid_from=None) | Q(valid_to=None) | Q(valid_from__lt=F("valid_to"))
    rows = CodeEntry.objects.filter(holding, list=name).order_by("id").values_list(*_COLUMNS)
    shared: dict[tuple[tuple[str, str], ...], dict[str, str]] = {}
    entries = (Entry(*row) for row in rows)
    made = (e._replace(attrs=shared.setdefault(tuple(e.attrs.items()), dict(e.attrs))) for e in entries)
    return CodeList(name, made, review_from=found_set(name).manifest.review_from)


def load_list(name: str) -> CodeList:
    """A code list by its name, as the database holds it; as the files say where content was never loaded.

    An upload by another process is seen within a second. Raises KeyError if there is no such list.
    """
    stamp = stamps.stamp(name)
    if stamp is None:
        return files.load_list(name)
    held = _held.get(name)
    if held is None or held[0] != stamp:
        held = _held[name] = (stamp, _read(name))
    return held[1]
