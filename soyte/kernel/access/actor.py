"""The actor: an account, the posts it holds today, and what follows from them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from django.utils import timezone

from soyte.kernel.access import policy
from soyte.kernel.access.models import Post
from soyte.kernel.access.own import Citizen, citizen_of
from soyte.kernel.access.roles import CITIZEN_ROLE, Role, Scope, roles
from soyte.kernel.access.selectors import held_on
from soyte.kernel.actors import EVERY_LABEL
from soyte.kernel.organisations.selectors import Reach, reach

if TYPE_CHECKING:
    from django.db.models import Model

    from soyte.kernel.accounts.models import Account


@dataclass(frozen=True, slots=True)
class HeldPost:
    """A post in force: the role, and the units that each scope of it reaches."""

    id: int
    role: Role
    unit_id: int
    unit_name: str
    reach: Reach

    def reached(self, scope: Scope) -> frozenset[int]:
        return self.reach.own if scope == "own" else self.reach.subtree


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, through which posts, from where. Nobody signed in: account None, no posts. A citizen holds no posts."""

    account: Account | None
    posts: tuple[HeldPost, ...] = ()
    address: str | None = None
    request_id: str = ""
    citizen: Citizen | None = None
    now: dt.datetime = field(default_factory=timezone.now)

    @property
    def account_id(self) -> int | None:
        return self.account.pk if self.account else None

    @property
    def is_citizen(self) -> bool:
        """Signed in with a citizen's account, which may have been taken back."""
        return self.account is not None and self.account.kind == self.account.Kind.CITIZEN

    @property
    def text(self) -> str:
        return self.account.username if self.account else "anonymous"

    @property
    def labels(self) -> Set[str]:
        if self.citizen and self.citizen.shows_labelled:
            return EVERY_LABEL
        return frozenset[str]().union(*(post.role.labels for post in self.posts))

    @property
    def own_people(self) -> Set[uuid.UUID]:
        return self.citizen.own if self.citizen else frozenset()

    @property
    def ward_people(self) -> Set[uuid.UUID]:
        return self.citizen.ward_people if self.citizen else frozenset()

    def holds(self, action: str) -> bool:
        return self._as_citizen(action) or any(action in post.role.actions for post in self.posts)

    def _as_citizen(self, action: str) -> bool:
        return self.citizen is not None and action in roles()[CITIZEN_ROLE].actions

    def holdings(self, action: str) -> list[str]:
        if self._as_citizen(action):
            return [str(roles()[CITIZEN_ROLE].title)]
        return [f"{post.role.title}, {post.unit_name}" for post in self.posts if action in post.role.actions]

    def units(self, action: str) -> frozenset[int] | None:
        grants = [(post, post.role.actions[action]) for post in self.posts if action in post.role.actions]
        if any(scope == "province" for _, scope in grants):
            return None
        return frozenset[int]().union(*(post.reached(scope) for post, scope in grants))

    def parts(self, action: str) -> list[Actor]:
        if self._as_citizen(action):
            return [self]
        together: dict[tuple[str, frozenset[str]], list[HeldPost]] = {}
        for post in self.posts:
            if action in post.role.actions:
                together.setdefault((post.role.purpose, post.role.labels), []).append(post)
        return [replace(self, posts=tuple(posts)) for posts in together.values()]

    def _granting(self, action: str) -> HeldPost | None:
        granting = (post for post in self.posts if action in post.role.actions)
        return next(granting, self.posts[0] if self.posts else None)

    def post_for(self, action: str) -> tuple[int | None, int | None]:
        post = self._granting(action)
        return (post.id, post.unit_id) if post else (None, None)

    def purpose_for(self, action: str) -> str:
        if self.citizen is not None:
            return roles()[CITIZEN_ROLE].purpose
        post = self._granting(action)
        return post.role.purpose if post else ""

    def require(self, action: str, obj: Model | None = None) -> None:
        policy.require(self, action, obj)


def _posts(account: Account, day: dt.date) -> tuple[HeldPost, ...]:
    held = Post.objects.filter(held_on(day), account=account).order_by("id")
    rows = list(held.values_list("pk", "role", "unit_id", "unit__name"))
    reached: Mapping[int, Reach] = reach({unit for _, _, unit, _ in rows}, on=day) if rows else {}
    known = roles()
    # A role whose content file is gone grants nothing, and its holder still signs in.
    return tuple(
        HeldPost(post, known[role], unit, unit_name, reached[unit])
        for post, role, unit, unit_name in rows
        if role in known
    )


def actor_for(
    account: Account | None, *, address: str | None = None, request_id: str = "", now: dt.datetime | None = None
) -> Actor:
    """The actor of an account at `now`. An account that is locked holds nothing."""
    moment = now or timezone.now()
    if account is None or not account.is_active:
        return Actor(None, address=address, request_id=request_id, now=moment)
    day = timezone.localdate(moment)
    if account.kind == account.Kind.CITIZEN:
        return Actor(account, (), address, request_id, citizen_of(account, day), moment)
    return Actor(account, _posts(account, day), address, request_id, now=moment)
