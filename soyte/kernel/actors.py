"""Who acts. Rooms below kernel/access know an actor by this shape alone; kernel/access makes the real one."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from django.utils import timezone

if TYPE_CHECKING:
    from django.db.models import Model


class Acting(Protocol):
    """A signed-in account with its posts, or the operator of the machine."""

    @property
    def account_id(self) -> int | None: ...
    @property
    def text(self) -> str:
        """Name for the audit: username, or the command."""
        ...

    @property
    def address(self) -> str | None: ...
    @property
    def request_id(self) -> str: ...
    @property
    def labels(self) -> Set[str]:
        """Sensitivity labels whose content this actor may see."""
        ...

    @property
    def own_people(self) -> Set[uuid.UUID]:
        """Of a citizen: the persons whose rows make his own record. Empty for everybody else."""
        ...

    @property
    def ward_people(self) -> Set[uuid.UUID]:
        """Of a citizen: the persons whose rows make the records of the children in his care today."""
        ...

    @property
    def now(self) -> dt.datetime:
        """The moment for which the actor was made: one answer throughout a request."""
        ...

    def holds(self, action: str) -> bool:
        """Some post in force gives `action`, over whatever scope."""
        ...

    def units(self, action: str) -> frozenset[int] | None:
        """Keys of the units over which a post gives `action`; None is the whole province."""
        ...

    def parts(self, action: str) -> Sequence[Acting]:
        """The actor by what comes with the posts that give `action`: each part has those of one purpose and one set of
        labels, so that the grant of one post opens nothing in the reach of another. Empty for who does not hold it."""
        ...

    def holdings(self, action: str) -> Sequence[str]:
        """The posts that give `action`, in words: "Bác sĩ, Bệnh viện A"."""
        ...

    def post_for(self, action: str) -> tuple[int | None, int | None]:
        """(post id, unit id) under which the actor does `action`."""
        ...

    def purpose_for(self, action: str) -> str:
        """Legal purpose under which the actor does `action` (a code of kernel/access/content/purposes.yaml)."""
        ...

    def require(self, action: str, obj: Model | None = None) -> None:
        """Pass in silence, or record the refused attempt and raise Refused."""
        ...


class _Every(frozenset[str]):
    """The set that holds each label, known and future."""

    def __contains__(self, label: object) -> bool:
        return True


EVERY_LABEL = _Every()


class WithoutAccount:
    """What an actor is not who has no account: nobody's own record, nobody's guardian, no holder of a post."""

    __slots__ = ()

    @property
    def account_id(self) -> int | None:
        return None

    @property
    def own_people(self) -> Set[uuid.UUID]:
        return frozenset()

    @property
    def ward_people(self) -> Set[uuid.UUID]:
        return frozenset()

    def post_for(self, action: str) -> tuple[int | None, int | None]:
        return None, None


@dataclass(frozen=True, slots=True)
class Machine(WithoutAccount):
    """The operator of the machine: commands and jobs. Sees and does everything, and is audited by its text."""

    text: str
    address: str | None = None
    request_id: str = ""

    @property
    def labels(self) -> Set[str]:
        return EVERY_LABEL

    @property
    def now(self) -> dt.datetime:
        return timezone.now()

    def holds(self, action: str) -> bool:
        return True

    def units(self, action: str) -> frozenset[int] | None:
        return None

    def parts(self, action: str) -> Sequence[Acting]:
        return [self]

    def holdings(self, action: str) -> Sequence[str]:
        return [self.text]

    def purpose_for(self, action: str) -> str:
        return "operation"

    def require(self, action: str, obj: Model | None = None) -> None:
        return None
