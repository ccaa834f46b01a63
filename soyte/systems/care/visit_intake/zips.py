"""A ZIP from outside: which of its entries are visit files, opened one by one under limits that a bomb meets first."""

from __future__ import annotations

import lzma
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
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
NESTED, OTHER_NAME = "zip.nested", "path.other_name"
_ARCHIVES = (".zip", ".gz", ".tgz", ".7z", ".rar", ".tar", ".bz2", ".xz", ".zst", ".jar")
_BEGIN = b"PK\x03\x04"
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


@dataclass(frozen=True, slots=True)
class Sorted:
    """The entries of a ZIP by name: visit files to open, and the others with the rule code of why they are not opened."""

    taken: list[zipfile.ZipInfo]
    left_out: list[tuple[zipfile.ZipInfo, str]]

    @property
    def fault(self) -> str:
        """Why no visit file can be opened, though there are some; "" otherwise."""
        faults = [code for _entry, code in self.left_out if code in (ENCRYPTED, BOMB)]
        return faults[0] if faults and not self.taken else ""


def sorted_entries(archive: zipfile.ZipFile) -> Sorted:
    """What to open of a ZIP. Raises ZipFault where the ZIP as a whole breaks a limit."""
    if len(archive.infolist()) > MOST_ENTRIES:
        raise ZipFault(TOO_MANY)
    entries = sorted((e for e in archive.infolist() if not e.is_dir()), key=lambda entry: entry.filename)
    judged = [(entry, _left_out(entry)) for entry in entries]
    found = Sorted([e for e, code in judged if not code], [(e, code) for e, code in judged if code])
    if sum(entry.file_size for entry in found.taken) > MOST_BYTES:
        raise ZipFault(TOO_LARGE)
    return found


def _left_out(entry: zipfile.ZipInfo) -> str:
    name = entry.filename.lower()
    if not name.endswith(".xml"):
        return NESTED if name.endswith(_ARCHIVES) else OTHER_NAME
    if entry.flag_bits & 0x1:
        return ENCRYPTED
    is_bomb = entry.file_size > _SMALL and entry.file_size > MOST_RATIO * entry.compress_size
    return BOMB if is_bomb else ""


def name_of(entry: zipfile.ZipInfo) -> str:
    """An entry's name. Many programs do not say that it is UTF-8, those of Vietnamese Windows write its code page."""
    if entry.flag_bits & 0x800:
        return entry.filename
    for encoding in ("utf-8", "cp1258"):
        with suppress(UnicodeError):
            return entry.filename.encode("cp437").decode(encoding)
    return entry.filename


def is_zip(file: BinaryIO) -> bool:
    """Whether a file is a ZIP. Raises ZipFault where it only begins like one: broken, or cut off."""
    if zipfile.is_zipfile(file):
        return True
    file.seek(0)
    if file.read(len(_BEGIN)) == _BEGIN:
        raise ZipFault(BAD_ZIP)
    file.seek(0)
    return False


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
