"""What signing in leaves behind goes after a while: it names people and addresses."""

import datetime as dt

from django.utils import timezone

from soyte.kernel.accounts.sessions import SessionStore
from soyte.kernel.accounts.throttle import forget_attempts
from soyte.kernel.jobs.registry import every

ATTEMPTS_KEPT = dt.timedelta(days=90)


@every(days=1, at="03:10")
def forget_old() -> None:
    """Attempts to sign in older than ninety days, and sessions that have ended."""
    forget_attempts(before=timezone.now() - ATTEMPTS_KEPT)
    SessionStore.clear_expired()
