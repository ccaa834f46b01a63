"""Ticking who was reminded or visited, and taking a tick back."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from soyte.kernel.access.actor import Actor
from soyte.kernel.audit.services import record
from soyte.kernel.errors import DomainError
from soyte.kernel.text import format as words
from soyte.systems.care.commune_station.lists import results
from soyte.systems.care.commune_station.models import FollowUp, Tick

ACTION = "follow_ups.tick"
LATEST = dt.timedelta(days=366)  # to promise a day beyond that is a slip of the pen


class TickedMeanwhile(DomainError):
    code = "commune_station.ticked_meanwhile"
    message = _("%(who)s vừa ghi “%(what)s” lúc %(at)s. Xem lại, rồi ghi tiếp nếu còn cần.")


class UndoneMeanwhile(DomainError):
    code = "commune_station.undone_meanwhile"
    message = _("%(who)s vừa hoàn tác “%(what)s” lúc %(at)s. Xem lại, rồi ghi tiếp nếu còn cần.")


class NoSuchResult(DomainError):
    code = "commune_station.no_such_result"
    message = _("Kết quả này không còn trong danh mục. Tải lại trang rồi chọn lại.")


class BadDay(DomainError):
    code = "commune_station.bad_day"
    message = _("Ngày hẹn lại phải từ hôm nay đến ngày %(last)s. Chọn lại ngày.")


class NothingToUndo(DomainError):
    code = "commune_station.nothing_to_undo"
    message = _("Không còn việc nào đã ghi để hoàn tác. Tải lại trang.")


@transaction.atomic
def tick(
    actor: Actor, follow_up_id: uuid.UUID, *, version: int, result: str, again_on: dt.date | None = None, note: str = ""
) -> FollowUp:
    """Note what came of a call or a visit. `version` is the row's as the writer saw it; a button pressed twice is one tick.

    `again_on` counts only with a result that asks for a day. Raises TickedMeanwhile or UndoneMeanwhile where somebody else
    acted in between, NoSuchResult, BadDay, Refused.
    """
    row, account = _locked(actor, follow_up_id), actor.account
    assert account is not None  # who has no account holds nothing
    if row.version != version:
        mine = row.ticks.filter(of_version=version, account=account, result_code=result, undone_at=None)
        if mine.exists():
            return row
        raise _meanwhile(row)
    now, today = timezone.now(), timezone.localdate()
    said = next((one for one in results(row.kind, today) if one.code == result), None)
    if said is None:
        raise NoSuchResult
    day = again_on if said.asks_day else None
    if said.asks_day and (day is None or not today <= day <= today + LATEST):
        raise BadDay(last=words.day(today + LATEST))
    Tick.objects.create(
        follow_up=row,
        of_version=version,
        result_code=said.code,
        result_name=said.name,
        closes=said.closes,
        again_on=day,
        note=note,
        at=now,
        account=account,
    )
    _settle(row)
    record(actor, ACTION, obj=row, person_id=row.person_id, details={"act": "tick", "result": said.code})
    return row


@transaction.atomic
def undo(actor: Actor, follow_up_id: uuid.UUID, *, version: int) -> FollowUp:
    """Take the last tick back; whoever ticks at this station may. It stays in the history.

    Raises TickedMeanwhile or UndoneMeanwhile where somebody else acted in between, NothingToUndo, Refused.
    """
    row, account = _locked(actor, follow_up_id), actor.account
    assert account is not None
    last = row.ticks.filter(undone_at=None).order_by("of_version").last()
    if row.version != version:
        if row.version == version + 1 and row.ticks.filter(of_version__lt=version, undone_by=account).exists():
            return row
        raise _meanwhile(row)
    if last is None:
        raise NothingToUndo
    last.undone_at, last.undone_by = timezone.now(), account
    last.save(update_fields=["undone_at", "undone_by"])
    _settle(row)
    record(actor, ACTION, obj=row, person_id=row.person_id, details={"act": "undo", "result": last.result_code})
    return row


def _locked(actor: Actor, follow_up_id: uuid.UUID) -> FollowUp:
    row = FollowUp.objects.select_for_update().get(pk=follow_up_id)
    actor.require(ACTION, row)
    return row


def _settle(row: FollowUp) -> None:
    """What the standing ticks make of the row: the last one speaks, a promised day holds until another is promised."""
    standing = list(row.ticks.filter(undone_at=None).order_by("of_version"))
    last = standing[-1] if standing else None
    row.on_day = next((one.again_on for one in reversed(standing) if one.again_on), row.file_day)
    row.result_code = last.result_code if last else ""
    row.ticked_at = last.at if last else None
    row.ticked_by = last.account if last else None
    row.is_closed = last.closes if last else False
    row.version += 1
    row.save(update_fields=["on_day", "result_code", "ticked_at", "ticked_by", "is_closed", "version"])


def _meanwhile(row: FollowUp) -> DomainError:
    """Who acted last, in words."""
    acts = list(row.ticks.select_related("account", "undone_by").order_by("of_version"))
    undone = max((one for one in acts if one.undone_at), key=lambda one: (one.undone_at, one.of_version), default=None)
    last = acts[-1]
    if undone is not None and undone.undone_by is not None and (last.undone_at or undone.of_version == last.of_version):
        told = {"who": undone.undone_by.display_name, "what": undone.result_name, "at": words.instant(undone.undone_at)}
        return UndoneMeanwhile(**told)
    return TickedMeanwhile(who=last.account.display_name, what=last.result_name, at=words.instant(last.at))
