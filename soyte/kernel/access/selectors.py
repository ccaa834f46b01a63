"""Questions asked of posts and of records opened with a reason."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import Q, QuerySet

from soyte.kernel.access.models import BreakGlass, Post
from soyte.kernel.accounts.models import Account
from soyte.kernel.organisations.models import Unit


def posts_of(account: Account) -> QuerySet[Post]:
    """All posts of an account, latest first."""
    return Post.objects.filter(account=account).select_related("unit", "given_by").order_by("-valid_from", "-id")


def posts_at(unit: Unit, on: dt.date) -> QuerySet[Post]:
    """Posts held at a unit on a day."""
    in_force = Q(valid_to=None) | Q(valid_to__gt=on)
    return Post.objects.filter(in_force, unit=unit, valid_from__lte=on).select_related("account").order_by("role", "id")


def facility_of(account: Account, on: dt.date, *, role: str = "gateway") -> Unit | None:
    """The facility for which an account sends: the unit of its post of that role on a day."""
    in_force = Q(valid_to=None) | Q(valid_to__gt=on)
    post = (
        Post.objects.filter(in_force, account=account, role=role, valid_from__lte=on, unit__facility_code__isnull=False)
        .select_related("unit")
        .order_by("id")
        .first()
    )
    return post.unit if post else None


def openings(person_id: uuid.UUID) -> QuerySet[BreakGlass]:
    """Who opened a person's record with which reason, newest first."""
    return BreakGlass.objects.filter(person_id=person_id).select_related("account", "unit").order_by("-at", "-id")
