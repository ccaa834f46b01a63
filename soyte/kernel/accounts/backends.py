"""What django.contrib.auth asks of us: the account of a session. Passwords are looked at in sign_in.py alone."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from soyte.kernel.accounts.models import Account


class AccountBackend:
    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        """Never: an attempt that is not counted would be a way around the throttle."""
        return

    def get_user(self, user_id: int) -> Account | None:
        """The session's account, unless it was locked meanwhile or belongs to the demo."""
        account = Account.objects.filter(pk=user_id, is_active=True, kind__in=Account.PEOPLE).first()
        if account is None or (account.synthetic and not settings.SOYTE_DEMO):
            return None
        return account
