"""The outbox's own housekeeping."""

from soyte.kernel.jobs.registry import every
from soyte.kernel.outbox.services import prune


@every(hours=6)
def prune_heard() -> None:
    prune()
