"""Bytes in: compressed, sealed where a label demands it, kept once for each content."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from threading import local

import zstandard

from soyte.kernel.files.models import Blob
from soyte.kernel.labels import joined, seal_bytes
from soyte.kernel.labels.classes import JOINT
from soyte.kernel.sql import SqlCursor, columns

LEVEL = 1  # level 3 makes the pieces of visit files four per cent smaller and takes half as long again
_own = local()  # a compressor is not for two threads
# A piece that turns out to be labelled later is sealed then; a seal is never taken off, only grows.
_PUT = """
    insert into files_blob as known (sha256, size, encoding, label_key, content)
    select * from unnest(%b::bytea[], %b::bigint[], %s::text[], %s::text[], %b::bytea[])
    on conflict (sha256) do update set
      encoding = excluded.encoding, label_key = excluded.label_key, content = excluded.content
    where excluded.label_key <> coalesce(known.label_key, '')
      and string_to_array(coalesce(known.label_key, ''), '+') <@ string_to_array(excluded.label_key, '+')"""


def put_many(cursor: SqlCursor, pieces: Sequence[tuple[bytes, str | None]]) -> list[bytes]:
    """Keep each piece under its label (None = none; several joined by "+"); returns their SHA-256, in order.

    One statement for all. Bytes that are kept already are not written again.
    """
    hashes = [sha256(plain).digest() for plain, _label in pieces]
    wanted: dict[bytes, tuple[bytes, str | None]] = {}
    for digest, (plain, label) in zip(hashes, pieces, strict=True):
        earlier = wanted[digest][1] if digest in wanted else None
        wanted[digest] = plain, _both(earlier, label)
    if wanted:
        # Sorted, so that two writers of the same pieces wait for each other in one order.
        rows = [_row(digest, *wanted[digest]) for digest in sorted(wanted)]
        cursor.execute(_PUT, columns(rows, 5))
    return hashes


def put(cursor: SqlCursor, plain: bytes, label: str | None = None) -> bytes:
    """Keep some bytes; returns their SHA-256."""
    return put_many(cursor, [(plain, label)])[0]


def _both(a: str | None, b: str | None) -> str | None:
    return joined(part for label in (a, b) if label for part in label.split(JOINT))


def _row(digest: bytes, plain: bytes, label: str | None) -> tuple[object, ...]:
    packed = _compressor().compress(plain)
    if label is None:
        return digest, len(plain), Blob.Encoding.ZSTD.value, None, packed
    return digest, len(plain), Blob.Encoding.SEALED.value, label, seal_bytes(packed, label)


def _compressor() -> zstandard.ZstdCompressor:
    if not hasattr(_own, "compressor"):
        _own.compressor = zstandard.ZstdCompressor(level=LEVEL)
    compressor: zstandard.ZstdCompressor = _own.compressor
    return compressor
