"""Questions of the administrator: units by their state, accounts with their posts, who explains what to whom."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, F, Prefetch, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from soyte.kernel.access import policy
from soyte.kernel.access.actor import Actor, actor_for
from soyte.kernel.access.models import Post
from soyte.kernel.access.policy import Explanation, Finding
from soyte.kernel.access.roles import CITIZEN_ROLE, Role, roles
from soyte.kernel.access.rules import rules
from soyte.kernel.access.selectors import held_on
from soyte.kernel.accounts import selectors as account_selectors
from soyte.kernel.accounts.models import Account
from soyte.kernel.audit.models import AuditBatch, AuditEvent
from soyte.kernel.organisations.models import Unit, UnitSuccession
from soyte.kernel.organisations.selectors import in_force, units_to_review
from soyte.kernel.text import fold, vi_key
from soyte.systems.safety.identity.words import kinds_of_rows

OPEN, TO_NAME, REVIEW, ENDED = "dang-hoat-dong", "cho-dat-ten", "cho-ra-soat", "da-ket-thuc"
VIEWS = (OPEN, TO_NAME, REVIEW, ENDED)
MOST_NAMES = 400
_CODED = re.compile(r"\(([0-9A-Za-z]{5})\)\s*$")
_USERNAME = re.compile(r"\(([a-z0-9._@-]+)\)\s*$")
_NUMBERED = re.compile(r"#(\d{1,18})\s*$")


def seen(*values: object) -> str:
    """A mark of what a form showed, so that saving it can tell whether somebody else was faster."""
    return salted_hmac("soyte.identity", repr(values)).hexdigest()[:20]


def roles_that_may(action: str) -> list[Role]:
    """The roles that an administrator may give and that have an action, by their title."""
    able = (role for role in roles().values() if action in role.actions and role.code != CITIZEN_ROLE)
    return sorted(able, key=lambda role: vi_key(str(role.title)))


# ---- units -------------------------------------------------------------------------------------------------------


def units_in(view: str, on: dt.date) -> QuerySet[Unit]:
    """Units of one tab of the list. TO_NAME: files named them and no list knows them; REVIEW: also those that a list
    without an official text brought."""
    found = Unit.objects.select_related("parent")
    if view == TO_NAME:
        return units_to_review().select_related("parent")
    if view == REVIEW:
        return found.filter(in_force(on), state=Unit.State.REVIEW)
    return found.filter(valid_to__lte=on) if view == ENDED else found.filter(in_force(on))


def narrowed(units: QuerySet[Unit], *, text: str = "", kind: str = "") -> QuerySet[Unit]:
    """`text`: a part of the name with marks or without, or a facility code."""
    if text:
        units = units.filter(Q(name_folded__contains=fold(text)) | Q(facility_code=text.strip().upper()))
    return units.filter(kind=kind) if kind else units


def unit_title(unit: Unit) -> str:
    """A unit as a form names it, so that the same text finds it again."""
    return f"{unit.name} ({unit.facility_code})" if unit.facility_code else unit.name


def unit_titles(on: dt.date) -> list[str]:
    """Titles that a form proposes while one types; not more than a page can carry."""
    return [unit_title(unit) for unit in Unit.objects.filter(in_force(on)).order_by("name_folded", "id")[:MOST_NAMES]]


def units_named(text: str, on: dt.date) -> list[Unit]:
    """Units of a day that a typed text may mean: by code, by number (#12), by the whole name, else by a part of it."""
    today = Unit.objects.filter(in_force(on)).select_related("parent").order_by("name_folded", "id")
    if numbered := _NUMBERED.search(text):
        return list(today.filter(pk=int(numbered[1])))
    coded = _CODED.search(text)
    code = coded[1] if coded else text.strip()
    if by_code := list(today.filter(facility_code=code.upper())):
        return by_code
    name = fold(text)
    return list(today.filter(name_folded=name)[:10]) or list(today.filter(name_folded__contains=name)[:10])


def twin(name: str, parent: Unit | None, on: dt.date) -> Unit | None:
    """A unit of the same name below the same one."""
    return Unit.objects.filter(in_force(on), name_folded=fold(name), parent=parent).first()


def posts_at(unit: Unit) -> QuerySet[Post]:
    """All posts that are or were held at a unit, the open ones first."""
    return (
        Post.objects.filter(unit=unit)
        .select_related("account", "given_by")
        .order_by(F("valid_to").desc(nulls_first=True), "role", "-id")
    )


def successions(unit: Unit) -> list[UnitSuccession]:
    """What the unit came of and what came of it, by day."""
    return list(UnitSuccession.objects.filter(Q(old=unit) | Q(new=unit)).select_related("old", "new").order_by("on"))


# ---- accounts and posts ------------------------------------------------------------------------------------------


def with_posts(accounts: QuerySet[Account], day: dt.date) -> QuerySet[Account]:
    """Accounts with `posts_now`: the posts of the day, each with its unit."""
    posts = Post.objects.filter(held_on(day)).select_related("unit").order_by("id")
    return accounts.prefetch_related(Prefetch("posts", posts, to_attr="posts_now"))


def accounts(*, text: str = "", kind: str = "", state: str = "", role: str = "", day: dt.date) -> QuerySet[Account]:
    """Accounts by text, kind, role held on the day and state (active, locked, one_time)."""
    found = account_selectors.accounts(text=text, kind=kind)
    if not kind:
        found = found.exclude(kind=Account.Kind.CITIZEN)  # handed out at the desks, and soon more than all others
    if role:
        found = found.filter(pk__in=Post.objects.filter(held_on(day), role=role).values("account"))
    if state == "one_time":
        return found.filter(must_change_password=True)
    return found.filter(is_active=state == "active") if state else found


def account_title(account: Account) -> str:
    """An account as a form names it, so that the same text finds it again."""
    return f"{account.display_name} ({account.username})"


def account_titles() -> list[str]:
    """Titles that a form proposes while one types: of people, for gateways are many and bear their facility's code."""
    people = Account.objects.filter(kind=Account.Kind.PERSON).order_by("display_name", "pk")
    return [account_title(account) for account in people[:MOST_NAMES]]


def accounts_named(text: str) -> list[Account]:
    """Accounts that a typed text may mean: by username, else by a part of username, name or telephone number."""
    titled = _USERNAME.search(text)
    username = (titled[1] if titled else text).strip().lower()
    return list(Account.objects.filter(username=username)) or list(account_selectors.accounts(text=text)[:10])


def gateways(*, text: str = "", lacking: bool = False, day: dt.date) -> QuerySet[Unit]:
    """Facilities of the day, each with `gateway_posts`: its posts of gateways with their accounts."""
    posts = Post.objects.filter(held_on(day), role="gateway").select_related("account").order_by("id")
    found = narrowed(Unit.objects.filter(in_force(day), facility_code__isnull=False), text=text)
    if lacking:
        found = found.exclude(pk__in=posts.values("unit"))
    return found.prefetch_related(Prefetch("posts", posts, to_attr="gateway_posts"))


def rulers(on: dt.date) -> QuerySet[Account]:
    """Persons whose posts of a day let them both manage accounts and give posts, whether or not they can sign in."""
    ruling = [code for code, role in roles().items() if {"accounts.manage", "posts.manage"} <= set(role.actions)]
    found = Account.objects.filter(kind=Account.Kind.PERSON)
    if not settings.SOYTE_DEMO:
        found = found.filter(synthetic=False)
    return found.filter(pk__in=Post.objects.filter(held_on(on), role__in=ruling).values("account"))


def administrators(on: dt.date) -> QuerySet[Account]:
    """Those of them who can sign in."""
    can_enter = Q(one_time_until=None) | Q(one_time_until__gt=timezone.now())
    return rulers(on).filter(can_enter, is_active=True)


@dataclass(frozen=True, slots=True)
class RoleLine:
    """A role with the number of posts of the day."""

    role: Role
    holders: int


def role_lines(day: dt.date) -> list[RoleLine]:
    held = dict(Post.objects.filter(held_on(day)).values_list("role").annotate(Count("pk")))
    return [RoleLine(role, held.get(code, 0)) for code, role in roles().items()]


def role_title(code: str) -> str:
    """The title of a role; of one whose content file is gone, its code."""
    known = roles().get(code)
    return str(known.title) if known else code


# ---- why ---------------------------------------------------------------------------------------------------------


def explain(account: Account, action: str, unit: Unit | None, target: Account | None = None) -> Explanation:
    """May this account do `action`, at this unit or to this account if one is named; with its reasons in Vietnamese."""
    if not account.is_active:
        return Explanation(False, (Finding("locked", _("Tài khoản đang khoá nên không có quyền nào."), False),))
    actor = actor_for(account)
    if target is not None and (action, Account) in rules():
        return policy.why(actor, action, target)
    if unit is None or (action, Unit) in rules():
        return policy.why(actor, action, unit)
    return _reaches(actor, action, unit)


@dataclass(frozen=True, slots=True)
class Conditions:
    """What must hold of each row of a kind besides the post: one of `opens`, and each of `bars`."""

    kind: str
    opens: list[str]
    bars: list[str]


def conditions(action: str) -> list[Conditions]:
    """The conditions of an action on rows that hold something of citizens. They are told, never tried on a citizen here:
    the answer would say where somebody was treated, or that a visit bears a label."""
    asked_above = (Unit, Account)
    return [
        Conditions(
            kinds_of_rows().get(model._meta.label_lower, str(model._meta.verbose_name)),
            [str(clause.text) for clause in rule.opens],
            [str(clause.text) for clause in rule.bars],
        )
        for (name, model), rule in rules().items()
        if name == action and model not in asked_above
    ]


def _reaches(actor: Actor, action: str, unit: Unit) -> Explanation:
    """For actions on other rows than units: whether some post that gives the action reaches the unit."""
    held = policy.why(actor, action)
    if not held.allowed:
        return held
    units = actor.units(action)
    inside = units is None or unit.pk in units
    sentence = (
        _("Đơn vị “%(unit)s” nằm trong phạm vi của chức danh.")
        if inside
        else _("Đơn vị “%(unit)s” nằm ngoài phạm vi của chức danh.")
    )
    return Explanation(inside, (*held.findings, Finding("reach", sentence % {"unit": unit.name}, inside)))


# ---- audit -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChainState:
    """How far the audit is sealed. `waiting`: events after the last sealed one, counted up to a limit."""

    batches: int
    events: int
    last: AuditBatch | None
    waiting: int
    recent: list[AuditBatch]


WAITING_LIMIT = 10_000


def chain_state() -> ChainState:
    recent = list(AuditBatch.objects.order_by("-number")[:20])
    last = recent[0] if recent else None
    after = last.last_id if last else 0
    waiting = AuditEvent.objects.filter(id__gt=after).order_by()[: WAITING_LIMIT + 1].count()
    events = AuditBatch.objects.aggregate(total=Sum("events"))["total"] or 0
    return ChainState(last.number if last else 0, events, last, waiting, recent)
