"""Access tokens of the gateway door: signed, short-lived, bound to the account's password; nothing is stored.

Source: letters 1245/BHXH-CNTT and 3190/BHXH-CNTT on the gateway's API; where they are silent, docs/gateway.md says what we chose.
"""

from __future__ import annotations

import datetime as dt
import hmac
from dataclasses import dataclass

from django.core import signing
from django.utils import timezone
from django.utils.crypto import salted_hmac

from soyte.kernel.accounts.models import Account

LIFE = dt.timedelta(seconds=900)
SALT = "soyte.visit_intake.gateway"


@dataclass(frozen=True, slots=True)
class Token:
    access: str
    identity: str
    expires_at: dt.datetime


def _digest(purpose: str, value: str) -> str:
    return salted_hmac(f"{SALT}.{purpose}", value, algorithm="sha256").hexdigest()


def issue(account: Account, password_form: str) -> Token:
    """A token for an account that has just shown its password (the MD5 form, upper case)."""
    claims = {
        "account": account.pk,
        "stamp": _digest("stamp", account.password)[:24],  # a changed password ends its tokens
        "password": _digest("password", password_form),
    }
    access = signing.dumps(claims, salt=SALT)
    return Token(access, _digest("identity", access), timezone.now() + LIFE)


def holder(access: str, identity: str, password_form: str) -> Account | None:
    """The account of a token whose three headers fit each other; None where one is missing, wrong or too old."""
    try:
        claims = signing.loads(access, salt=SALT, max_age=LIFE)
    except signing.BadSignature:
        return None
    fits = hmac.compare_digest(_digest("identity", access), identity) and hmac.compare_digest(
        claims["password"], _digest("password", password_form)
    )
    if not fits:
        return None
    account = Account.objects.filter(pk=claims["account"], is_active=True).first()
    if account is None or _digest("stamp", account.password)[:24] != claims["stamp"]:
        return None
    return account
