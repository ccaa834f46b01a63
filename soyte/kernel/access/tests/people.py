"""Builders of units, accounts and actors for tests of every floor."""

from __future__ import annotations

import datetime as dt
from itertools import count

from django.test import Client

from soyte.kernel.access.actor import Actor, actor_for
from soyte.kernel.access.models import Post
from soyte.kernel.accounts.models import Account
from soyte.kernel.organisations.models import Unit
from soyte.kernel.text import fold

LONG_AGO = dt.date(2020, 1, 1)
_numbers = count(1)


def unit(name: str = "Bệnh viện A", *, kind: str = "hospital", parent: Unit | None = None, **facts: object) -> Unit:
    facts.setdefault("valid_from", LONG_AGO)
    return Unit.objects.create(name=name, name_folded=fold(name), kind=kind, parent=parent, **facts)


def account(username: str = "", **facts: object) -> Account:
    name = username or f"account-{next(_numbers)}"
    facts.setdefault("display_name", "Nguyễn Văn An")
    return Account.objects.create(username=name, **facts)


def post(holder: Account, role: str, at: Unit, **facts: object) -> Post:
    facts.setdefault("valid_from", LONG_AGO)
    return Post.objects.create(account=holder, role=role, unit=at, **facts)


def actor(role: str, at: Unit, **facts: object) -> Actor:
    """Somebody who holds one post of this role."""
    holder = account()
    post(holder, role, at)
    return actor_for(holder, **facts)


def signed_in(client: Client, role: str, at: Unit) -> Client:
    """The client of somebody who holds one post of this role."""
    holder = account()
    post(holder, role, at)
    client.force_login(holder, backend="soyte.kernel.accounts.backends.AccountBackend")
    return client
