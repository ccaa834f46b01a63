"""The bytes of a file while it is received: our own copy, so that nobody changes them between the passes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from os import SEEK_END
from typing import BinaryIO

from soyte.formats.visitfile import Survey, survey
from soyte.kernel.files.scratch import scratch
from soyte.systems.care.visit_intake.check.paths import plain_name

IN_MEMORY = 16 << 20  # larger files wait on disk
_SMALL = 1 << 16  # nearly every file; asking for more at once would make room for all of IN_MEMORY first
_CHUNK = 1 << 20
_PART = 4 << 20  # pieces of a file that could not be cut


class SourceFault(Exception):
    """A source cannot give its bytes. What came before it is received, then this is raised to who gave the sources."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file to be received: its name as the sender gave it, and how to open it, more than once (or SourceFault).

    `listed` is the name for the list of received files, where that is another. `received_at`: when it came, None for now;
    only the demo, whose files are invented, says another time.
    """

    name: str
    open: Callable[[], BinaryIO]
    listed: str = ""
    received_at: datetime | None = None


class Held:
    """A copy of a file with its hash and survey."""

    def __init__(self, source: Source) -> None:
        self.name = source.name
        self.listed = plain_name(source.listed or source.name)
        self.received_at = source.received_at
        digest = hashlib.sha256()
        with source.open() as stream:
            first = stream.read(_SMALL)
            if len(first) == _SMALL:
                first += stream.read(IN_MEMORY - _SMALL)
            digest.update(first)
            rest = stream.read(_CHUNK) if len(first) == IN_MEMORY else b""
            self._copy: BinaryIO = scratch() if rest else BytesIO(first)
            if rest:
                self._copy.write(first)
            while rest:
                digest.update(rest)
                self._copy.write(rest)
                rest = stream.read(_CHUNK)
        self.sha256 = digest.digest()
        self.size = self._copy.seek(0, SEEK_END)
        self._copy.seek(0)
        self.survey: Survey = survey(self._copy)

    def piece(self, start: int, end: int) -> bytes:
        self._copy.seek(start)
        return self._copy.read(end - start)

    def whole(self) -> bytes:
        return self.piece(0, self.size)

    def parts(self) -> Iterator[bytes]:
        """The file in parts of one size, for one that could not be cut at its visits."""
        for start in range(0, self.size, _PART):
            yield self.piece(start, min(start + _PART, self.size))

    def close(self) -> None:
        self._copy.close()
