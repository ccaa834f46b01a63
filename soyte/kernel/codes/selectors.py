"""Code lists from the database, kept in memory while they are what the database holds."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Collection

from django.db import connection
from django.db.models import F

from soyte.kernel.codes import files
from soyte.kernel.codes.lists import CodeList, Entry
from soyte.kernel.codes.models import CodeEntry
from soyte.kernel.content import stamps
from soyte.kernel.content.manifest import found_set

_FIELDS = ("code", "name", "name_en", "attrs", "valid_from", "valid_to", "source", "verified", "state", "origin")
_COLUMNS = ("attrs::text" if field == "attrs" else field for field in _FIELDS)
# Plain SQL: a list of sixteen thousand rows is read whenever a command starts, and the ORM takes three times as long.
_READ = f"""
    select {", ".join(_COLUMNS)} from codes_codeentry
    where list = %s and (valid_from is null or valid_to is null or valid_from < valid_to) order by id"""

_held: dict[str, tuple[uuid.UUID, CodeList]] = {}


def _read(name: str) -> CodeList:
    """Rows that hold on some day. Thousands of them share a few attributes: each set of attributes is kept once."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, [name])
        rows = cursor.fetchall()
    shared: dict[str, dict[str, str]] = {attrs: json.loads(attrs) for attrs in {row[3] for row in rows}}
    entries = (Entry(code, title, title_en, shared[attrs], *rest) for code, title, title_en, attrs, *rest in rows)
    return CodeList(name, entries, review_from=found_set(name).manifest.review_from)


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


def names_of(name: str, codes: Collection[str], on: dt.date) -> dict[str, str]:
    """`CodeList.name_of` of a few codes, without reading a list of thousands; codes that the list never had are left out."""
    held = _held.get(name)
    stamp = stamps.stamp(name)
    if stamp is None or (held and held[0] == stamp):
        known = load_list(name)
        return {code: title for code in codes if (title := known.name_of(code, on))}
    rows = CodeEntry.objects.filter(list=name, code__in=codes).exclude(valid_from__gte=F("valid_to"))
    entries = [Entry(*row) for row in rows.order_by("id").values_list(*_FIELDS)]
    found = CodeList(name, entries)
    return {code: title for code in codes if (title := found.name_of(code, on))}
