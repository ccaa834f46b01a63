"""Files judged on trial: as `soyte check` does, by the lists of this installation, with nothing kept."""

from __future__ import annotations

import contextlib
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, cast

from django.core.files.base import File
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from soyte.clinical.terminology.selectors import terms
from soyte.formats.visitfile import VIETNAM, Finding
from soyte.formats.visitfile.deidentify import NotDeidentifiable, deidentify
from soyte.kernel.actors import Acting
from soyte.kernel.audit.services import record
from soyte.kernel.errors import DomainError
from soyte.kernel.text.speech import SOURCE_LANGUAGE
from soyte.systems.care.visit_intake import zips
from soyte.systems.care.visit_intake.check.page import page
from soyte.systems.care.visit_intake.check.paths import plain_name
from soyte.systems.care.visit_intake.check.reading import FileReport, Yardstick, read_stream
from soyte.systems.care.visit_intake.check.spreadsheet import Spreadsheet
from soyte.systems.care.visit_intake.check.summary import Summary
from soyte.systems.care.visit_intake.ingest.knowledge import database_lists
from soyte.systems.care.visit_intake.rules import message
from soyte.systems.care.visit_intake.zips import ZipFault

ACTION = "visit_files.check"
MOST_FILES = 2_000
MOST_BYTES = 128 << 20  # of all files together, unpacked: a page that is waited for
MOST_MASKED_BYTES = 16 << 20


class NothingSent(DomainError):
    code = "visit_intake.nothing_sent"
    message = _("Chọn ít nhất một tệp XML hoặc ZIP.")


class TooMuchToCheck(DomainError):
    code = "visit_intake.too_much_to_check"
    message = _("Kiểm tra trên trang nhận nhiều nhất %(files)s tệp và %(size)s MB sau khi giải nén. Nhiều hơn thì chạy "
                "lệnh soyte check trên máy của bạn.")  # fmt: skip


class BadZip(DomainError):
    code = "visit_intake.bad_zip"
    message = _("%(name)s: %(what)s %(mend)s")


class NothingToMask(DomainError):
    code = "visit_intake.nothing_to_mask"
    message = _("Không tệp nào ẩn danh được: chỉ tệp XML, nhiều nhất %(size)s MB mỗi tệp.")


@dataclass(frozen=True, slots=True)
class Trial:
    """What a run said. It holds what stands in the files: it is shown and forgotten."""

    summary: Summary
    reports: Sequence[FileReport]
    made_at: datetime
    names: Sequence[str]


def try_files(actor: Acting, sent: Sequence[File[Any]], *, facility_code: str | None) -> Trial:
    """Judge files as if they were received now from a sender of this facility; the audit tells that it was done.

    Raises NothingSent, TooMuchToCheck, BadZip.
    """
    made_at = datetime.now(VIETNAM)
    by = yardstick(actor, facility_code=facility_code)
    summary, reports = Summary(), []
    for name, content in _contents(sent):
        report = read_stream(io.BytesIO(content), shown=name, by=by)
        summary.add(report)
        reports.append(report)
    record(actor, ACTION, object_kind="visit_intake.trial", details={"files": summary.files, "visits": summary.visits})
    return Trial(summary, reports, made_at, [file.name or "" for file in sent])


def yardstick(actor: Acting, *, facility_code: str | None) -> Yardstick:
    """Today's rules by the lists of this installation, in the actor's words and as far as his grants go."""
    today, granted = timezone.localdate(), frozenset(actor.labels)
    return Yardstick(database_lists(), terms(), today, facility_code, language=_language(), granted=granted)


def _language() -> str:
    return get_language() or SOURCE_LANGUAGE


def _contents(sent: Sequence[File[Any]]) -> Iterator[tuple[str, bytes]]:
    """Each file to be judged, one at a time; ZIPs are opened entry by entry, within the limits."""
    if not sent:
        raise NothingSent()
    left = _Left(MOST_FILES, MOST_BYTES)
    for file in sent:
        name = plain_name(file.name or "")
        try:
            if zips.is_zip(cast("BinaryIO", file)):
                yield from _unpacked(file, name, left)
                continue
        except ZipFault as fault:
            told = message(Finding(fault.code), say=gettext)
            raise BadZip(name=name, what=told.what, mend=told.mend) from None
        left.take(file.size)
        yield name, file.read()


@dataclass(slots=True)
class _Left:
    """What a run may still read."""

    files: int
    size: int

    def take(self, size: int) -> None:
        self.files, self.size = self.files - 1, self.size - size
        if self.files < 0 or self.size < 0:
            raise TooMuchToCheck(files=MOST_FILES, size=MOST_BYTES >> 20)


def _unpacked(file: File[Any], name: str, left: _Left) -> Iterator[tuple[str, bytes]]:
    with zips.opened(cast("BinaryIO", file)) as archive:
        found = zips.sorted_entries(archive)
        barred = next((code for _entry, code in found.left_out if code in (zips.ENCRYPTED, zips.BOMB)), "")
        if barred:
            raise ZipFault(barred)
        for entry in found.taken:
            left.take(entry.file_size)
            with zips.unpacked(archive, entry) as content:
                yield plain_name(f"{name}/{zips.name_of(entry)}"), content.read()


def as_page(trial: Trial) -> str:
    """The report of `soyte check` as one HTML page that opens anywhere."""
    parts = page(trial.summary, paths=trial.names, made_at=trial.made_at, notes=False, language=_language())
    return "".join(parts)


def as_sheet(trial: Trial) -> bytes:
    """The report of `soyte check` as XLSX."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "soyte-check.xlsx"
        with Spreadsheet(path, notes=False, language=_language()) as book:
            for report in trial.reports:
                book.add(report)
            book.finish(trial.summary, facts=_facts(trial))
        return path.read_bytes()


def _facts(trial: Trial) -> list[tuple[str, object]]:
    told = trial.summary
    return [
        (gettext("Kiểm lúc"), f"{trial.made_at:%H:%M %d/%m/%Y}"),
        (gettext("Tệp"), told.files),
        (gettext("Tệp không đọc được"), told.files_refused),
        (gettext("Lượt khám"), told.visits),
        (gettext("Nhận"), told.visits - told.refused),
        (gettext("trong đó nên xem"), told.warned),
        (gettext("Không nhận"), told.refused),
        (gettext("Tổng chi của lượt không nhận (đồng)"), told.refused_total),
        (gettext("Quỹ BHYT của lượt không nhận (đồng)"), told.refused_insurer),
    ]


def masked(actor: Acting, sent: Sequence[File[Any]]) -> tuple[str, bytes]:
    """The files with their people masked, and a name for them: one XML, or a ZIP of several.

    Raises NothingSent, TooMuchToCheck, BadZip, NothingToMask.
    """
    made: list[tuple[str, bytes]] = []
    for _name, content in _contents(sent):
        if len(content) <= MOST_MASKED_BYTES:
            with contextlib.suppress(NotDeidentifiable):
                made.append((f"an-danh-{len(made) + 1:04}.xml", deidentify(content)))
    if not made:
        raise NothingToMask(size=MOST_MASKED_BYTES >> 20)
    record(actor, ACTION, object_kind="visit_intake.deidentified", details={"files": len(made)})
    if len(made) == 1:
        return made[0]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in made:
            archive.writestr(name, content)
    return "an-danh.zip", packed.getvalue()
