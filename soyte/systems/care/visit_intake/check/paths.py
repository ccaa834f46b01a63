"""Which files a command takes from the paths it was given, and in which order.

Only regular files named *.xml are taken. Whatever else lies there (links, pipes, devices, other names) is named and
never opened: a link may lead out of the folder and a pipe may never end.
"""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

SKIPPED_LINK = "path.link"
SKIPPED_SPECIAL = "path.special"
SKIPPED_NAME = "path.other_name"
UNREADABLE_FOLDER = "path.unreadable"


class PathMissingError(Exception):
    """A path given on the command line does not exist: nothing can be run with it."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


@dataclass(frozen=True, slots=True)
class VisitFile:
    """A file to be read. `path` is as given: the argument itself, or the argument joined with the name below it."""

    path: str
    size: int
    given: str = ""  # the folder that was given; "" where the file was

    @property
    def shown(self) -> str:
        """The path as text that can be printed, also where its bytes are not UTF-8."""
        return printable(self.path)

    @property
    def listed(self) -> str:
        """The name for lists that others read too: below the folder that was given, never where that folder lies."""
        # The paths may hold bytes that are no text, which a Path would refuse.
        return os.path.relpath(self.path, self.given) if self.given else os.path.basename(self.path)  # noqa: PTH119


@dataclass(frozen=True, slots=True)
class Skipped:
    """A path that is named but not opened; `reason` is a rule code of this module."""

    path: str
    reason: str

    @property
    def shown(self) -> str:
        return printable(self.path)


def printable(path: str) -> str:
    return os.fsencode(path).decode("utf-8", "replace")


LONGEST_NAME = 200
_END_KEPT = 60


def plain_name(path: str) -> str:
    """A file's name as a line of a list can show it: composed letters, signs without a shape (those that turn the
    direction of reading among them) as a box, the middle of a very long one left out."""
    text = unicodedata.normalize("NFC", printable(path))
    if not text.isprintable():
        text = "".join("\ufffd" if unicodedata.category(sign) in _SHAPELESS else sign for sign in text)
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - _END_KEPT - 1]}…{text[-_END_KEPT:]}"


_SHAPELESS = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def visit_files(paths: Iterable[str]) -> Iterator[VisitFile | Skipped]:
    """The files below `paths`: the arguments in their order, a folder's entries in the order of their names.

    A folder is walked recursively where its name stands in that order. Raises PathMissingError for an argument that
    does not exist when its turn comes: call `require` first where nothing may be read before.
    """
    for path in paths:
        try:
            info = os.lstat(path)
        except (OSError, ValueError):
            raise PathMissingError(path) from None
        yield from _entry(path, info, given="")


def require(paths: Iterable[str]) -> None:
    """Raise PathMissingError for the first of `paths` that does not exist."""
    for path in paths:
        try:
            os.lstat(path)
        except (OSError, ValueError):
            raise PathMissingError(path) from None


def _entry(path: str, info: os.stat_result, *, given: str) -> Iterator[VisitFile | Skipped]:
    if stat.S_ISLNK(info.st_mode):
        yield Skipped(path, SKIPPED_LINK)
    elif stat.S_ISDIR(info.st_mode):
        yield from _folder(path, given=given or path)
    elif not stat.S_ISREG(info.st_mode):
        yield Skipped(path, SKIPPED_SPECIAL)
    elif not path.lower().endswith(".xml"):
        yield Skipped(path, SKIPPED_NAME)
    else:
        yield VisitFile(path, info.st_size, given)


def _folder(path: str, *, given: str) -> Iterator[VisitFile | Skipped]:
    try:
        names = sorted(os.listdir(path))  # noqa: PTH208 - a Path would drop the './' that was given
    except OSError:
        yield Skipped(path, UNREADABLE_FOLDER)
        return
    for name in names:
        below = os.path.join(path, name)  # noqa: PTH118 - as above
        try:
            info = os.lstat(below)
        except OSError:
            continue  # gone between listing and looking: somebody is working in the folder
        yield from _entry(below, info, given=given)


def open_regular(path: str) -> BinaryIO:
    """Open a file that was regular a moment ago without following a link or waiting for a pipe put in its place.

    Raises OSError where it cannot be read or is no longer a regular file.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(f"not a regular file: {path!r}")
    return os.fdopen(handle, "rb")
