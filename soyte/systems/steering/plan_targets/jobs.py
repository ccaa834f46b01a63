"""Work of the plan that a worker does."""

from __future__ import annotations

from soyte.kernel.jobs.registry import every
from soyte.systems.steering.plan_targets import services


@every(minutes=10)
def compute_readings() -> None:
    """Compute what the plan's cards show."""
    services.compute()
