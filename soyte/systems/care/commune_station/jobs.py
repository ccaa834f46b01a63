"""What no event tells is found at night: persons merged or parted, another map, a visit that a list now labels."""

from soyte.kernel.jobs.registry import every
from soyte.systems.care.commune_station import projecting


@every(days=1, at="03:30")
def follow_anew() -> None:
    projecting.rebuild()
