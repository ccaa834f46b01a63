"""May this actor do this to that row: the three questions asked of one declaration (rules.py)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from django.conf import settings
from django.db.models import Case, Model, QuerySet, Value, When
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from soyte.kernel.access.rules import Clause, Rows, Rule, rule
from soyte.kernel.actors import Acting, Machine
from soyte.kernel.audit.services import record_refused
from soyte.kernel.errors import DomainError
from soyte.kernel.systems import permissions

M = TypeVar("M", bound=Model)


class Refused(DomainError):
    """The actor may not; the attempt is already in the audit."""

    code = "access.refused"
    message = gettext_lazy("Bạn không có quyền “%(title)s”. %(why)s")


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason: `holds` says whether it speaks for the actor."""

    name: str
    text: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    allowed: bool
    findings: tuple[Finding, ...]

    def __str__(self) -> str:
        return " ".join(finding.text for finding in self.findings if finding.holds == self.allowed)


def holds(actor: Acting, action: str) -> bool:
    """Some post in force gives the actor `action`: what opens a page, before any row is asked for."""
    return actor.holds(action)


def visible(actor: Acting, action: str, queryset: QuerySet[M]) -> QuerySet[M]:
    """The rows of `queryset` to which the actor may do `action`. Raises LookupError without a rule for its table."""
    if isinstance(actor, Machine):
        return queryset
    rows = rule(action, queryset.model).rows(actor)
    if rows is True:
        return queryset
    return queryset.none() if rows is False else queryset.filter(rows)


def hidden(actor: Acting, action: str, queryset: QuerySet[M]) -> QuerySet[M]:
    """The rows of `queryset` that `visible` leaves out, in one walk: without asking for all that are visible."""
    rows = True if isinstance(actor, Machine) else rule(action, queryset.model).rows(actor)
    if isinstance(rows, bool):
        return queryset.none() if rows else queryset
    # A row is taken where the condition is true; NOT would lose those of which it is unknown.
    return queryset.filter(Case(When(rows, then=Value(False)), default=Value(True)))


def can(actor: Acting, action: str, obj: Model | None = None) -> bool:
    """The actor may do `action` to this row; without a row, somewhere at all."""
    if obj is None:
        return holds(actor, action)
    return visible(actor, action, type(obj)._default_manager.filter(pk=obj.pk)).exists()


def why(actor: Acting, action: str, obj: Model | None = None) -> Explanation:
    """`can`, with its reasons in Vietnamese."""
    if isinstance(actor, Machine):
        return Explanation(True, (Finding("machine", _("Đây là quyền của người vận hành máy chủ."), True),))
    posts = _posts(actor, action)
    if obj is None or not posts.holds:
        return Explanation(posts.holds, (posts,))
    return _why_row(actor, action, obj, posts)


def _posts(actor: Acting, action: str) -> Finding:
    title = action_title(action)
    if actor.account_id is None:
        return Finding("posts", _("Bạn chưa đăng nhập."), False)
    holdings = actor.holdings(action)
    if not holdings:
        return Finding("posts", _("Không chức danh nào đang hiệu lực có quyền “%(title)s”.") % {"title": title}, False)
    sentence = _("Quyền “%(title)s” có từ chức danh: %(held)s.")
    return Finding("posts", sentence % {"title": title, "held": "; ".join(holdings)}, True)


def _why_row(actor: Acting, action: str, obj: Model, posts: Finding) -> Explanation:
    declared = rule(action, type(obj))
    if not type(obj)._default_manager.filter(pk=obj.pk).exists():
        return Explanation(False, (posts, Finding("row", _("Dữ liệu này không còn."), False)))
    parts = declared.parts(actor)
    if not parts:
        return Explanation(
            False, (posts, Finding("purpose", _("Mục đích của chức danh không hợp với việc này."), False))
        )
    told = [_why_part(part, declared, obj, posts) for part in parts]
    return next((one for one in told if one.allowed), told[0])


def _why_part(part: Acting, declared: Rule, obj: Model, posts: Finding) -> Explanation:
    opens = [_ask(clause, part, obj) for clause in declared.opens]
    bars = [_ask(clause, part, obj) for clause in declared.bars]
    allowed = any(finding.holds for finding in opens) and all(finding.holds for finding in bars)
    # A way in that is closed does not matter beside one that is open, so it is not told as a reason for "no".
    told = [finding for finding in opens if finding.holds] or opens
    return Explanation(allowed, (posts, *told, *bars))


def _ask(clause: Clause, actor: Acting, obj: Model) -> Finding:
    held = _takes(clause.rows(actor), obj)
    sentence = _("Dữ liệu này %(text)s.") if held else _("Không đúng là dữ liệu này %(text)s.")
    return Finding(clause.name, sentence % {"text": clause.text}, held)


def _takes(rows: Rows, obj: Model) -> bool:
    return rows if isinstance(rows, bool) else type(obj)._default_manager.filter(rows, pk=obj.pk).exists()


def action_title(action: str) -> str:
    declared = permissions().get(action)
    return str(declared.title) if declared else action


def require(actor: Acting, action: str, obj: Model | None = None) -> None:
    """Pass in silence, or record the refused attempt (it survives a rollback) and raise Refused."""
    if can(actor, action, obj):
        return
    record_refused(actor, action, obj=obj, reason=noted_why(actor, action, obj))
    raise Refused(title=action_title(action), why=str(why(actor, action, obj)))


def noted_why(actor: Acting, action: str, obj: Model | None = None) -> str:
    """`why` in the house's own language, for the audit: who reads it there is not who was refused."""
    with translation.override(settings.LANGUAGE_CODE):
        return str(why(actor, action, obj))
