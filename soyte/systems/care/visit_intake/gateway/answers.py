"""What the gateway door answers: the insurer gateway's own JSON, with HTTP 200 also for a refusal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Container, Sequence
from functools import wraps
from typing import Any

import structlog
from django.db import DatabaseError
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from soyte.systems.care.visit_intake.ingest.faults import words_of
from soyte.systems.care.visit_intake.ingest.receipts import Outcome
from soyte.systems.care.visit_intake.rules import ERROR, Judged, message

log = structlog.get_logger(__name__)
TAKEN, UNAUTHORISED, OTHER_FACILITY, CONTENT_WRONG = "200", "401", "403", "205"
FAILED = "500"
TOLD = 3
NOT_FORWARDED = "soyte không chuyển tiếp tới cổng BHXH."


def in_json(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer a fault of ours in JSON too: the caller is a program, and it will send again."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(*args, **kwargs)
        except (DatabaseError, OSError) as error:
            log.error("gateway fault", error=type(error).__name__)
            return answer(FAILED, words_of(error))

    return guarded


def answer(code: str, text: str, *, number: str = "", at: dt.datetime | None = None) -> JsonResponse:
    """`maKetQua` is a string; every answer but 401 carries our receipt number and the time of receipt."""
    body = {"maKetQua": code, "thongDiep": text}
    if code != UNAUTHORISED:
        body["maGiaoDich"] = number
        body["thoiGianTiepNhan"] = timezone.localtime(at).strftime("%Y%m%d%H%M%S")
    return JsonResponse(body, status=500 if code == FAILED else 200, json_dumps_params={"ensure_ascii": False})


def of_outcome(outcome: Outcome, *, address: str, remark: str, labelled: Container[int]) -> JsonResponse:
    """The answer for a received file: its verdict, its first errors, where all of them stand.

    `labelled`: numbers of the visits whose values are masked, since the answer ends in a log of the hospital's software.
    """
    told = [(found, False) for found in outcome.findings]
    told += [(found, visit.seq in labelled) for visit in outcome.visits for found in visit.findings]
    wrong = [(found, masked) for found, masked in told if found.severity == ERROR]
    errors = [found for found, _masked in wrong]
    lines = [_line(found, masked=masked) for found, masked in wrong[:TOLD]]
    parts = [_verdict(outcome, bool(errors)), *lines, remark, NOT_FORWARDED]
    if errors:
        parts.insert(-1, _("Xem tất cả: %(address)s") % {"address": address})
    code = _code(outcome, errors)
    return answer(code, " ".join(filter(None, parts)), number=outcome.number, at=outcome.received_at)


def _code(outcome: Outcome, errors: Sequence[Judged]) -> str:
    if not outcome.file_refused and not outcome.refused:
        return TAKEN
    foreign = any(found.code.startswith("sender.") for found in errors)
    return OTHER_FACILITY if foreign else CONTENT_WRONG


def _verdict(outcome: Outcome, refused: bool) -> str:
    if not refused:
        return _("Đã nhận.")
    if outcome.accepted:
        counts = {"accepted": outcome.accepted, "refused": outcome.refused}
        return _("Đã nhận %(accepted)s lượt, %(refused)s lượt cần sửa.") % counts
    return _("Chưa nhận.")


def _line(found: Judged, *, masked: bool) -> str:
    place = ".".join(filter(None, (found.table, found.field)))
    text = message(found.finding, masked=masked, say=_).text
    return f"{place}: {text}" if place else text
