"""Giving and taking posts; opening a record with a reason."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from soyte.kernel.access.models import BreakGlass, Post
from soyte.kernel.access.roles import CITIZEN_ROLE, roles
from soyte.kernel.accounts.models import Account
from soyte.kernel.actors import Acting
from soyte.kernel.audit.services import record
from soyte.kernel.errors import DomainError, refusing
from soyte.kernel.organisations.models import Unit
from soyte.kernel.text import one_line

OPEN_FOR = dt.timedelta(hours=12)
SHORTEST_REASON, LONGEST_REASON = 15, 500


class UnknownRole(DomainError):
    code = "access.unknown_role"
    message = _("Không có chức danh mang mã “%(role)s”.")


class PostHeldAlready(DomainError):
    code = "access.post_held"
    message = _("%(name)s đã giữ chức danh này tại đơn vị trong thời gian đó.")


class PostDates(DomainError):
    code = "access.post_dates"
    message = _("Ngày thôi chức danh (%(end)s) không được trước ngày bắt đầu (%(start)s).")


class PostEnded(DomainError):
    code = "access.post_ended"
    message = _("Chức danh này đã thôi từ ngày %(on)s.")


class GatewayNeedsFacility(DomainError):
    code = "access.gateway_needs_facility"
    message = _("Chức danh “Cổng gửi tệp” chỉ giao cho tài khoản cổng, tại đơn vị có mã cơ sở khám chữa bệnh.")


class CitizenHoldsNoPost(DomainError):
    code = "access.citizen_holds_no_post"
    message = _("%(name)s là tài khoản người dân nên không giữ chức danh. Tạo tài khoản cán bộ riêng cho người này.")


class ReasonTooShort(DomainError):
    code = "access.reason_too_short"
    message = _(
        "Lý do cần ít nhất %(shortest)s ký tự và nói rõ vì sao phải xem, ví dụ “Cấp cứu, người bệnh hôn mê”. "
        "Người dân sẽ đọc được lý do này."
    )


def _day(day: dt.date) -> str:
    return day.strftime("%d/%m/%Y")


def _fits(account: Account, role: str, unit: Unit) -> bool:
    """A gateway sends for one facility, so its account and its unit must be of that kind, and only they."""
    return (role == "gateway") == (account.kind != Account.Kind.PERSON) and (
        role != "gateway" or bool(unit.facility_code)
    )


@transaction.atomic
def give_post(
    actor: Acting,
    *,
    account: Account,
    role: str,
    unit: Unit,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
    reason: str = "",
) -> Post:
    """Give an account a role at a unit from a day (today) on. `valid_to` is the first day without it.

    Raises UnknownRole, CitizenHoldsNoPost, GatewayNeedsFacility, PostHeldAlready, PostDates, Refused.
    """
    actor.require("posts.manage", unit)
    if role not in roles() or role == CITIZEN_ROLE:
        raise UnknownRole(role=role)
    if account.kind == Account.Kind.CITIZEN:
        raise CitizenHoldsNoPost(name=account.display_name)
    if not _fits(account, role, unit):
        raise GatewayNeedsFacility()
    start = valid_from or timezone.localdate()
    if valid_to and valid_to < start:
        raise PostDates(start=_day(start), end=_day(valid_to))
    reason = one_line(reason)[:LONGEST_REASON]
    with refusing(post_once_at_a_time=PostHeldAlready(name=account.display_name)):
        post = Post.objects.create(
            account=account,
            role=role,
            unit=unit,
            valid_from=start,
            valid_to=valid_to,
            given_by_id=actor.account_id,
            reason=reason,
        )
    record(
        actor,
        "posts.manage",
        obj=post,
        reason=reason,
        details={"act": "give", "account": account.pk, "role": role, "unit": unit.pk, "from": start, "to": valid_to},
    )
    return post


@transaction.atomic
def end_post(actor: Acting, post: Post, *, on: dt.date | None = None, reason: str = "") -> Post:
    """Take a post: `on` (today) is the first day without it. Raises PostEnded, PostDates, Refused."""
    actor.require("posts.manage", post)
    day = on or timezone.localdate()
    fresh = Post.objects.select_for_update().get(pk=post.pk)
    if fresh.valid_to and fresh.valid_to <= day:
        raise PostEnded(on=_day(fresh.valid_to))
    if day < fresh.valid_from:
        raise PostDates(start=_day(fresh.valid_from), end=_day(day))
    fresh.valid_to = day
    fresh.save(update_fields=["valid_to"])
    record(
        actor,
        "posts.manage",
        obj=fresh,
        reason=one_line(reason),
        details={"act": "end", "account": fresh.account_id, "role": fresh.role, "unit": fresh.unit_id, "on": day},
    )
    return fresh


@transaction.atomic
def open_with_reason(actor: Acting, person_id: uuid.UUID, reason: str) -> BreakGlass:
    """Open a person's record for 12 hours to the acting account. The reason is kept for the citizen.

    Raises ReasonTooShort, Refused.
    """
    actor.require("record.open_with_reason")
    written = one_line(reason)[:LONGEST_REASON]
    if len(written) < SHORTEST_REASON or len(set(written.lower())) < 5:
        raise ReasonTooShort(shortest=SHORTEST_REASON)
    opened = BreakGlass.objects.create(
        account_id=_account(actor),
        person_id=person_id,
        unit_id=actor.post_for("record.open_with_reason")[1],
        reason=written,
        at=actor.now,
        until=actor.now + OPEN_FOR,
    )
    record(
        actor,
        "record.open_with_reason",
        obj=opened,
        person_id=person_id,
        reason=written,
        details={"until": opened.until},
    )
    return opened


def _account(actor: Acting) -> int:
    if actor.account_id is None:
        raise ValueError("a record is opened by an account, not by the machine")
    return actor.account_id
