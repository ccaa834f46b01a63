"""The queue's own housekeeping."""

from django.utils import timezone

from soyte.kernel.jobs.registry import every
from soyte.kernel.jobs.services import prune


@every(hours=6)
def prune_finished() -> None:
    prune(timezone.now())
