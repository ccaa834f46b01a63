"""Questions asked of content: which sets there are, what loading would change, which lists were uploaded."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from soyte.kernel.content.faults import ContentError, Fault
from soyte.kernel.content.manifest import FoundSet, State, found_set, found_sets
from soyte.kernel.content.models import LoadedSet, Upload
from soyte.kernel.content.rows import digest
from soyte.kernel.content.schemas import target_of
from soyte.kernel.content.services import file_batch, upload_days
from soyte.kernel.content.versions import Changes


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One generation of a set as a page shows it; `valid_to` is the first day out of force."""

    document: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    state: State
    verified: str


@dataclass(frozen=True, slots=True)
class ContentSet:
    """A set as the list of content shows it.

    `rows`: rows of the file as last loaded. `changes`: what loading the file now would change (new, changed, ended,
    unchanged, held); `faults`: why it cannot be loaded. `uploads`: the days from which an uploaded list is in force, newest
    first.
    """

    code: str
    title: str
    source: str
    state: State
    review_from: dt.date | None
    versions: tuple[VersionLine, ...]
    rows: int
    loaded_at: dt.datetime | None
    changes: dict[str, int]
    faults: tuple[Fault, ...]
    uploads: tuple[dt.date, ...]

    @property
    def valid_from(self) -> dt.date | None:
        """The first day of the earliest version; None if it is open."""
        starts = [version.valid_from for version in self.versions]
        return None if None in starts else min(day for day in starts if day)

    @property
    def valid_to(self) -> dt.date | None:
        ends = [version.valid_to for version in self.versions]
        return None if None in ends else max(day for day in ends if day)


def preview(found: FoundSet, *, today: dt.date | None = None) -> Changes:
    """What loading a set would write now. Raises ContentError with the faults of its file."""
    return _preview(found, LoadedSet.objects.filter(code=found.code).first(), today)


def _preview(found: FoundSet, known: LoadedSet | None, today: dt.date | None = None) -> Changes:
    if known is not None and known.digest == digest(found):
        return Changes(unchanged=known.row_count)
    batch = file_batch(found, today=today or timezone.localdate(), uploads=upload_days(found.code))
    return target_of(found).plan(batch)


def _versions(found: FoundSet) -> tuple[VersionLine, ...]:
    return tuple(
        VersionLine(gettext(v.document), v.valid_from, v.valid_to, v.state, v.verified)
        for v in found.manifest.versions.values()
    )


def _content_set(found: FoundSet, known: LoadedSet | None, uploads: tuple[dt.date, ...]) -> ContentSet:
    manifest = found.manifest
    faults: tuple[Fault, ...] = ()
    changes = Changes()
    try:
        changes = _preview(found, known)
    except ContentError as error:
        faults = error.faults
    return ContentSet(
        code=found.code,
        title=gettext(manifest.title),
        source="; ".join(dict.fromkeys(gettext(v.document) for v in manifest.versions.values())),
        state=manifest.state,
        review_from=manifest.review_from,
        versions=_versions(found),
        rows=known.row_count if known else 0,
        loaded_at=known.loaded_at if known else None,
        changes=changes.counts(),
        faults=faults,
        uploads=uploads,
    )


def content_sets() -> list[ContentSet]:
    """Every set of the house by title. Raises ContentError if a manifest is faulty."""
    known = LoadedSet.objects.in_bulk()
    uploads: dict[str, list[dt.date]] = {}
    for code, day in Upload.objects.order_by("-valid_from").values_list("set_code", "valid_from").distinct():
        uploads.setdefault(code, []).append(day)
    sets = [_content_set(found, known.get(code), tuple(uploads.get(code, ()))) for code, found in found_sets().items()]
    return sorted(sets, key=lambda one: one.title)


def content_set(code: str) -> ContentSet:
    """One set. Raises KeyError if there is none of this code."""
    days = tuple(Upload.objects.filter(set_code=code).order_by("-valid_from").values_list("valid_from", flat=True))
    return _content_set(found_set(code), LoadedSet.objects.filter(code=code).first(), days)


def uploads(code: str) -> QuerySet[Upload]:
    """The lists uploaded for a set, newest first."""
    return Upload.objects.filter(set_code=code).order_by("-uploaded_at", "-id")
