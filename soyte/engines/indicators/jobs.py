"""Roll-ups are built when they are missing or content has changed, and once a night whatever happened."""

from soyte.engines.indicators import rolling
from soyte.kernel.jobs.registry import every
from soyte.kernel.live.telling import changed


@every(minutes=1)
def build_outdated_rollups() -> None:
    if not rolling.is_flooded():
        rolling.drop_unknown()
        if outdated := rolling.outdated():
            for code in outdated:
                rolling.rebuild(code)
            changed("figures")


@every(days=1, at="02:30")
def rebuild_rollups() -> None:
    rolling.drop_unknown()
    for code in rolling.rolled():
        rolling.rebuild(code)
