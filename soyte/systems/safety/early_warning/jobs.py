"""The conditions are looked at every five minutes."""

from django.utils import timezone

from soyte.kernel.jobs.registry import every
from soyte.systems.safety.early_warning import services


@every(minutes=5)
def look() -> None:
    services.look(timezone.now())
