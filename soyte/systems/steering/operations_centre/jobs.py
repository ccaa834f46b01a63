"""The page of the day is frozen at 16:00."""

from django.utils import timezone

from soyte.kernel.jobs.registry import every
from soyte.systems.steering.operations_centre import services


@every(days=1, at="16:00")
def freeze_day() -> None:
    services.freeze_at_the_hour(timezone.localdate())
