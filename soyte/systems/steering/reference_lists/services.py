"""Taking an official list: read it, try it, take it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from soyte.kernel.actors import Acting
from soyte.kernel.audit.services import record
from soyte.kernel.content.models import Upload
from soyte.kernel.content.services import UploadPlan, apply_upload, plan_upload
from soyte.kernel.content.upload import Mapped, map_columns, read_table
from soyte.kernel.errors import DomainError
from soyte.systems.steering.reference_lists import spool
from soyte.systems.steering.reference_lists.spool import Trial

LARGEST = 40 << 20  # bytes; the largest official list known, the annex of TT 06/2026, has four million


class ListTooLarge(DomainError):
    code = "reference_lists.too_large"
    message = _("Tệp lớn hơn %(limit)s MB. Chỉ giữ trang tính có danh mục rồi nạp lại.")


class TrialGone(DomainError):
    code = "reference_lists.trial_gone"
    message = _("Bản thử này không còn: đã bỏ, quá một ngày, hoặc của người khác. Tải tệp lên lại để xem thử.")


class NothingSeen(DomainError):
    code = "reference_lists.nothing_seen"
    message = _("Chưa nạp. Xem thử danh mục trên trang này rồi bấm nút nạp.")


class EndingUnseen(DomainError):
    code = "reference_lists.ending_unseen"
    message = _("Danh mục này làm kết thúc %(count)s dòng. Đánh dấu là đã xem trước khi nạp.")


@dataclass(frozen=True, slots=True)
class Tried:
    """A list that was tried. `by` is the title of the column map by which it was read, "" for a header line."""

    trial: Trial
    plan: UploadPlan
    by: str

    @property
    def ends_much(self) -> bool:
        return ends_much(self.plan.changes.counts())


def ends_much(counts: Mapping[str, int]) -> bool:
    """More rows end than stay: rather a list cut short than a change of the world."""
    return counts["ended"] > counts["unchanged"] + counts["changed"]


def try_list(actor: Acting, *, set_code: str, since: dt.date, source: str, filename: str, content: bytes) -> str:
    """Keep a list for its dry run; returns the token of the trial. Nothing of the content changes.

    Raises ListTooLarge, and what reading a table raises (UnreadableTable, OldSpreadsheet, TableTooLarge, HeaderNotFound).
    """
    actor.require("content.upload")
    if len(content) > LARGEST:
        raise ListTooLarge(limit=LARGEST >> 20)
    _read(set_code, content, filename)
    trial = Trial(set_code, since.isoformat(), source, filename, actor.account_id or 0)
    return spool.keep(trial, content)


def _read(set_code: str, content: bytes, filename: str) -> Mapped:
    return map_columns(set_code, read_table(content, filename))


def _found(actor: Acting, token: str) -> Trial:
    trial = spool.find(token, account_id=actor.account_id)
    if trial is None:
        raise TrialGone()
    return trial


def tried(actor: Acting, token: str) -> Tried:
    """What the list would do now. Raises TrialGone; of one that was taken `plan` tells what taking it again would do."""
    trial = _found(actor, token)
    mapped = _rows(trial, token)
    return Tried(trial, plan_upload(trial.set_code, mapped.rows, trial.since, trial.source), mapped.by)


def _rows(trial: Trial, token: str) -> Mapped:
    try:
        return _read(trial.set_code, spool.content(token), trial.filename)
    except FileNotFoundError:
        raise TrialGone() from None


@dataclass(frozen=True, slots=True)
class Taken:
    """`again`: it had been taken before, and nothing was written now."""

    upload: Upload
    again: bool


def take_list(actor: Acting, token: str, *, expected: str, seen_ending: bool) -> Taken:
    """Take a tried list: all of it in one transaction with its audit, or nothing. A second confirmation changes nothing.

    `expected`: the fingerprint of the plan that was shown. Raises NothingSeen, TrialGone, EndingUnseen, ContentMoved,
    UploadHasFaults, UploadIsEmpty, Refused.
    """
    actor.require("content.upload")
    if not expected:
        raise NothingSeen()
    _found(actor, token)
    with spool.confirming(token):
        trial = _found(actor, token)
        if trial.upload_id:
            return Taken(Upload.objects.get(pk=trial.upload_id), again=True)
        rows = _rows(trial, token).rows
        upload = apply_upload(
            trial.set_code,
            rows,
            trial.since,
            trial.source,
            filename=trial.filename,
            uploaded_by=actor.text,
            expected=expected,
            audit=lambda written: _audited(actor, written, seen_ending=seen_ending),
        )
        spool.note_taken(token, trial, upload.pk)
    return Taken(upload, again=False)


def _audited(actor: Acting, upload: Upload, *, seen_ending: bool) -> None:
    """The audit of an upload; what it raises undoes the upload."""
    if ends_much(upload.counts) and not seen_ending:
        raise EndingUnseen(count=upload.counts["ended"])
    record(
        actor,
        "content.upload",
        obj=upload,
        details={
            "set": upload.set_code,
            "from": upload.valid_from,
            "source": upload.source,
            "filename": upload.filename,
            "counts": upload.counts,
        },
    )


def drop_trial(actor: Acting, token: str) -> None:
    """Forget a trial that will not be taken. Raises TrialGone."""
    _found(actor, token)
    spool.drop(token)
