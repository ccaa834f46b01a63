"""A ZIP from outside: which of its entries are visit files, opened one by one under limits that a bomb meets first."""

from __future__ import annotations

import lzma
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from soyte.kernel.files.scratch import scratch
from soyte.systems.care.visit_intake.ingest.held import SourceFault

MOST_ENTRIES = 20_000
MOST_BYTES = 4 << 30  # of all entries together, unpacked
MOST_RATIO = 200  # of one entry: base64 of visits packs to about a quarter
_SMALL = 1 << 20  # below which the ratio says nothing
_CHUNK = 1 << 20
# Rule codes of what is wrong with a ZIP.
BAD_ZIP, TOO_MANY, TOO_LARGE, BOMB, ENCRYPTED = "zip.unreadable", "zip.entries", "zip.size", "zip.bomb", "zip.encrypted"
_ARCHIVES = (".zip", ".gz", ".tgz", ".7z", ".rar", ".tar", ".bz2", ".xz", ".zst", ".jar")
_END, _END_SIZE, _LONGEST_COMMENT = b"PK\x05\x06", 22, 65_535
_LOCATOR, _LOCATOR_SIZE, _END64_SIZE = b"PK\x06\x07", 20, 56
_MOST_DIRECTORY = MOST_ENTRIES * 1_024  # bytes of the list of entries: names, and what programs add to them


class ZipFault(SourceFault):
    """A ZIP that cannot be taken, or not to its end; `code` is a rule code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@contextmanager
def opened(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """A ZIP whose list of entries is small enough to be read. Raises ZipFault."""
    if _directory_size(file) > _MOST_DIRECTORY:
        raise ZipFault(TOO_MANY)
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error):
        raise ZipFault(BAD_ZIP) from None
    with archive:
        yield archive


def _directory_size(file: BinaryIO) -> int:
    """Bytes of the list of entries, as the end of the ZIP states them: the list is read whole, before any limit on it."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _LONGEST_COMMENT - _END_SIZE - _LOCATOR_SIZE - _END64_SIZE))
    tail = file.read()
    at = len(tail) - _END_SIZE  # where it stands if nothing follows it; else before a comment
    if tail[at : at + 4] != _END:
        at = tail.rfind(_END)
    if at < 0 or at + _END_SIZE > len(tail):
        return 0
    locator = at - _LOCATOR_SIZE
    if locator >= _END64_SIZE and tail[locator : locator + 4] == _LOCATOR:
        return int(struct.unpack_from("<Q", tail, locator - _END64_SIZE + 40)[0])
    return int(struct.unpack_from("<L", tail, at + 12)[0])


def zip_entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The visit files of a ZIP in the order of their names. Raises ZipFault where the ZIP breaks a limit."""
    entries = [entry for entry in archive.infolist() if not entry.is_dir() and entry.filename.lower().endswith(".xml")]
    if len(archive.infolist()) > MOST_ENTRIES:
        raise ZipFault(TOO_MANY)
    if sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise ZipFault(TOO_LARGE)
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise ZipFault(ENCRYPTED)
    if any(entry.file_size > _SMALL and entry.file_size > MOST_RATIO * entry.compress_size for entry in entries):
        raise ZipFault(BOMB)
    return sorted(entries, key=lambda entry: entry.filename)


def left_out(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The entries of a ZIP that are no visit files, by name."""
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    return sorted((e for e in entries if not e.filename.lower().endswith(".xml")), key=lambda entry: entry.filename)


def is_archive(name: str) -> bool:
    return name.lower().endswith(_ARCHIVES)


def unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> BinaryIO:
    """An entry unpacked into a file without a name; never more of it than its header promised. Raises ZipFault."""
    target = scratch()
    try:
        with archive.open(entry) as packed:
            left = entry.file_size
            while chunk := packed.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise ZipFault(BOMB)
                target.write(chunk)
    except BaseException as fault:
        target.close()
        if isinstance(fault, zipfile.BadZipFile | EOFError | NotImplementedError | zlib.error | lzma.LZMAError):
            raise ZipFault(BAD_ZIP) from None
        raise
    target.seek(0, os.SEEK_SET)
    return target
