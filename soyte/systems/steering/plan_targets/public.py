"""The door for other systems: what a measure of theirs is made of."""

from soyte.systems.steering.plan_targets.measures import Measure, Measured, Share

__all__ = ["Measure", "Measured", "Share"]
