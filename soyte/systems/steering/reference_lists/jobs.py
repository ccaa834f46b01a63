"""Lists that were tried and never taken go after a day."""

from django.utils import timezone

from soyte.kernel.jobs.registry import every
from soyte.systems.steering.reference_lists import spool


@every(days=1, at="03:20")
def forget_trials() -> None:
    spool.forget(before=timezone.now() - spool.KEPT)
