"""Questions asked of the accounts. Filter by `access.visible(actor, "accounts.read", ...)` before showing."""

from __future__ import annotations

from django.db.models import F, Func, Q, QuerySet, TextField

from soyte.kernel.accounts.models import Account, SignInAttempt
from soyte.kernel.text import fold


def accounts(*, text: str = "", kind: str = "") -> QuerySet[Account]:
    """Accounts by username; each word of `text` is a part of username, name (with marks or without) or
    telephone number, in whatever order."""
    found = Account.objects.order_by("username").alias(
        folded=Func(F("display_name"), function="fold_vi", output_field=TextField())
    )
    for part in fold(text).split():
        found = found.filter(Q(username__contains=part) | Q(folded__contains=part) | Q(phone__contains=part))
    return found.filter(kind=kind) if kind else found


def attempts(*, username: str = "") -> QuerySet[SignInAttempt]:
    """Attempts to sign in, newest first."""
    found = SignInAttempt.objects.order_by("-at", "-id")
    return found.filter(username=username) if username else found
