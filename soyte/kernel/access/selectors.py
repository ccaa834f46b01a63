"""Questions asked of posts."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet

from soyte.kernel.access.models import Post
from soyte.kernel.accounts.models import Account
from soyte.kernel.organisations.models import Unit


def held_on(day: dt.date) -> Q:
    """Posts of a day."""
    return Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gt=day))


def posts_of(account: Account) -> QuerySet[Post]:
    """All posts of an account, latest first."""
    return Post.objects.filter(account=account).select_related("unit", "given_by").order_by("-valid_from", "-id")


def facility_of(account: Account, on: dt.date, *, role: str = "gateway") -> Unit | None:
    """The facility for which an account sends: the unit of its post of that role on a day."""
    posts = Post.objects.filter(held_on(on), account=account, role=role, unit__facility_code__isnull=False)
    post = posts.select_related("unit").order_by("id").first()
    return post.unit if post else None
