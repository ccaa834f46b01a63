"""The one declaration of who may do what to which rows.

A room's access_rules.py names its rules; `visible`, `can` and `why` (policy.py) are made from them:

    RULES = (
        Rule("record.read", Person, opens=(
            Clause("treated_here", _("đã khám tại cơ sở của bạn trong 12 tháng"), treated_here),
            opened_with_reason(),
        )),
        Rule("visits.read", Encounter, opens=(by_post("visits.read", "unit"),), bars=(label_bar("labels"),)),
    )

A rule opens a row to an actor who holds its action by a post in force, if any of `opens` and each of `bars` says so. Who
holds it by several posts is asked post by post: a label granted for treatment opens nothing in the reach of a post that counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from django.db.models import Exists, Model, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from soyte.kernel.access.models import BreakGlass
from soyte.kernel.actors import Acting
from soyte.kernel.systems import modules

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Rows = Q | bool
"""Rows that a clause takes: a condition, or all (True), or none (False). An empty Q would vanish from an OR."""


@dataclass(frozen=True, slots=True)
class Clause:
    """`text` completes "dữ liệu này …" and names what the clause looks for; `why` shows it as held or not.

    `rows` must give a condition that multiplies no rows (subqueries, not joins to many) and holds no NOT around
    something nullable: a row is taken where the condition is true.
    """

    name: str
    text: str | _StrPromise
    rows: Callable[[Acting], Rows]


@dataclass(frozen=True, slots=True)
class Rule:
    """`purposes`, where given, are the only ones under which the action may be done to these rows."""

    action: str
    model: type[Model]
    opens: tuple[Clause, ...]
    bars: tuple[Clause, ...] = ()
    purposes: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not self.opens:
            raise ValueError(f"the rule for {self.action} on {self.model._meta.label} opens nothing")

    def applies(self, actor: Acting) -> bool:
        """The actor holds the action, under a purpose that fits."""
        return actor.holds(self.action) and (not self.purposes or actor.purpose_for(self.action) in self.purposes)

    def parts(self, actor: Acting) -> list[Acting]:
        """Those parts of the actor to which the rule applies."""
        return [part for part in actor.parts(self.action) if self.applies(part)]

    def rows(self, actor: Acting) -> Rows:
        return some(self._rows(part) for part in self.parts(actor))

    def _rows(self, part: Acting) -> Rows:
        return every([some(clause.rows(part) for clause in self.opens), *(bar.rows(part) for bar in self.bars)])


def some(parts: Iterable[Rows]) -> Rows:
    """Rows taken by at least one part."""
    taken: Rows = False
    for part in parts:
        if part is True or taken is True:
            taken = True
        elif part is not False:
            taken = part if isinstance(taken, bool) else taken | part
    return taken


def every(parts: Iterable[Rows]) -> Rows:
    """Rows taken by each part."""
    taken: Rows = True
    for part in parts:
        if part is False or taken is False:
            taken = False
        elif part is not True:
            taken = part if isinstance(taken, bool) else taken & part
    return taken


def by_post(action: str, unit: str) -> Clause:
    """Rows whose unit a post reaches. `unit`: path from the row to a unit's key, "pk" for units themselves."""

    def rows(actor: Acting) -> Rows:
        units = actor.units(action)
        if units is None:
            return True
        return Q(**{f"{unit}__in": sorted(units)}) if units else False

    return Clause("by_post", _("thuộc đơn vị trong phạm vi chức danh của bạn"), rows)


def label_bar(labels: str) -> Clause:
    """Rows all of whose labels the actor is granted. `labels`: path to a text[] column."""

    def rows(actor: Acting) -> Rows:
        return Q(**{f"{labels}__contained_by": sorted(actor.labels)})

    return Clause("labels", _("không mang nhãn nhạy cảm mà bạn chưa được cấp"), rows)


def opened_with_reason(person: str = "pk") -> Clause:
    """Rows of a person whose record this account has opened with a reason, while it lasts."""

    def rows(actor: Acting) -> Rows:
        return Q(
            Exists(BreakGlass.objects.filter(account=actor.account_id, person_id=OuterRef(person), until__gt=actor.now))
        )

    return Clause("opened_with_reason", _("đã được bạn mở kèm lý do và còn thời hạn"), rows)


def own_person(person: str = "pk") -> Clause:
    """Rows of the citizen's own record. `person`: path from the row to a person's key."""

    def rows(actor: Acting) -> Rows:
        return Q(**{f"{person}__in": sorted(actor.own_people)}) if actor.own_people else False

    return Clause("own_person", _("là của chính bạn"), rows)


def in_care(person: str = "pk") -> Clause:
    """Rows of the records of children whose guardian the citizen is today."""

    def rows(actor: Acting) -> Rows:
        return Q(**{f"{person}__in": sorted(actor.ward_people)}) if actor.ward_people else False

    return Clause("in_care", _("là của con do bạn giám hộ, dưới 18 tuổi"), rows)


@lru_cache(maxsize=1)
def rules() -> dict[tuple[str, type[Model]], Rule]:
    """Every declared rule. Raises ValueError where two rooms declare the same action for the same table."""
    found: dict[tuple[str, type[Model]], Rule] = {}
    for room in modules("access_rules"):
        for rule in room.RULES:
            key = (rule.action, rule.model)
            if key in found:
                raise ValueError(f"two rules for {rule.action} on {rule.model._meta.label}")
            found[key] = rule
    return found


def rule(action: str, model: type[Model]) -> Rule:
    """Raises LookupError where no room declares who may do `action` to rows of `model`."""
    try:
        return rules()[action, model._meta.concrete_model or model]
    except KeyError:
        raise LookupError(f"no access rule for {action} on {model._meta.label}") from None
