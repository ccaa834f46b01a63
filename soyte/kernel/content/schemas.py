"""Which schema judges the rows of a set, and which target takes them."""

from __future__ import annotations

from importlib import import_module

from soyte.kernel.content.faults import ContentError, Fault
from soyte.kernel.content.manifest import FoundSet, shown
from soyte.kernel.content.rows import ContentRow
from soyte.kernel.content.targets import Target, target, targets


def target_of(found: FoundSet) -> Target:
    """Raises ContentError if no room offers the target that the manifest names."""
    taker = target(found.manifest.target)
    if taker is None:
        known = ", ".join(sorted(targets()))
        raise ContentError(
            [Fault(shown(found.path), 1, "target", "manifest.target", found.manifest.target, {"known": known})]
        )
    return taker


def schema_of(found: FoundSet) -> type[ContentRow]:
    """The class of the room's content_schemas.py that the manifest names; the target's own if it names none."""
    name = found.manifest.row_schema
    if not name:
        return target_of(found).row
    module = f"{found.room}.content_schemas"
    try:
        schema = getattr(import_module(module), name, None)
    except ModuleNotFoundError:
        schema = None
    if not (isinstance(schema, type) and issubclass(schema, ContentRow)):
        raise ContentError([Fault(shown(found.path), 1, "schema", "manifest.schema", name, {"module": module})])
    return schema
