"""Where a visit can be opened: systems offer it in their `visit_addresses.py`; lists of visits ask here."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from soyte.kernel.actors import Acting
from soyte.kernel.systems import modules


def visit_addresses(actor: Acting, visits: Collection[UUID]) -> dict[UUID, str]:
    """The addresses of those of these visits that the actor may open.

    A room's function of this name takes the same and gives the address of the page of each visit that the actor may open
    there; the others are left out.
    """
    offers = (room.visit_addresses(actor, visits) for room in modules("visit_addresses"))
    return {visit: address for offer in offers for visit, address in offer.items()}
