"""Sessions as rows that know whose they are (SESSION_ENGINE): an account sees where it is signed in, and ends it there."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as RowStore
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from soyte.kernel.accounts.addresses import client_address
from soyte.kernel.actors import Acting
from soyte.kernel.audit.services import record

if TYPE_CHECKING:
    from soyte.kernel.accounts.models import Account, Session

ENTRY = "entry"  # when, from where and with what the session was begun
LONGEST_BROWSER = 300


class SessionStore(RowStore):
    """Django's sessions in the database, in a table with a column for the account."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        from soyte.kernel.accounts.models import Session

        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = cast("Session", super().create_model_instance(data))
        row.account_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        return row


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session of an account. `mark` stands for it on a page: its key is what a thief would want. `with_browser`: it ends
    when the browser is closed, at the latest at `until`."""

    mark: str
    at: dt.datetime | None
    address: str
    browser: str
    until: dt.datetime
    with_browser: bool
    here: bool


def begin(request: HttpRequest) -> None:
    """Remember of a session that was just signed in what its owner will know it by."""
    browser = request.headers.get("User-Agent", "")[:LONGEST_BROWSER]
    request.session[ENTRY] = {
        "at": timezone.now().isoformat(),
        "address": client_address(request) or "",
        "browser": browser,
    }


def _mark(key: str) -> str:
    return salted_hmac("soyte.accounts.sessions", key).hexdigest()[:24]


def _open(account: Account) -> list[Session]:
    return list(SessionStore.get_model_class().objects.filter(account=account, expire_date__gt=timezone.now()))


def signed_in(account: Account, here: str | None) -> list[SignedIn]:
    """The account's open sessions, the one with the key `here` first, then the latest begun."""
    found = [_told(row, here) for row in _open(account)]
    return sorted(found, key=lambda one: (one.here, one.at.timestamp() if one.at else 0.0), reverse=True)


def _told(row: Session, here: str | None) -> SignedIn:
    kept = row.get_decoded()
    entry = kept.get(ENTRY, {})
    at = dt.datetime.fromisoformat(entry["at"]) if "at" in entry else None
    mine = here is not None and constant_time_compare(row.session_key, here)
    return SignedIn(
        mark=_mark(row.session_key),
        at=at,
        address=entry.get("address", ""),
        browser=entry.get("browser", ""),
        until=row.expire_date,
        with_browser=kept.get("_session_expiry") == 0,
        here=mine,
    )


@transaction.atomic
def end_elsewhere(actor: Acting, account: Account, *, here: str | None, mark: str = "") -> int:
    """End the account's session of this mark, without a mark all of them, but never the one with the key `here`.

    Returns how many ended; one that is gone already is none.
    """
    others = [row for row in _open(account) if row.session_key != here]
    ending = [row.session_key for row in others if not mark or constant_time_compare(_mark(row.session_key), mark)]
    if not ending:
        return 0
    SessionStore.get_model_class().objects.filter(session_key__in=ending).delete()
    record(actor, "accounts.sign_out", obj=account, details={"elsewhere": len(ending)})
    return len(ending)
