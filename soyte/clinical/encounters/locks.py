"""Under which locks whose a visit is, and which version of it counts, is decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

Key = tuple[str, str]  # facility code, visit code


def visit_locks(keys: Iterable[Key]) -> Iterator[str]:
    """Names for kernel.sql.advisory_lock_many."""
    return (f"visit\x1f{facility}\x1f{code}" for facility, code in keys)
