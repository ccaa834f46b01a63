"""Work of the intake that a worker does."""

from __future__ import annotations

import time

from soyte.kernel.jobs.registry import every, job
from soyte.systems.care.visit_intake import folder, quality_counts, uploads


@every(seconds=5)
def watch_folder() -> None:
    """Receive what has come to rest in the watched folder."""
    folder.receive_folder()


@job
def receive_uploads(*, unit_id: int) -> None:
    """Receive files and ZIPs that were handed in for a facility."""
    uploads.receive_waiting(unit_id)


@every(minutes=1)
def take_up_uploads() -> None:
    """Go on with uploads that were queued before an upgrade."""
    uploads.take_up()


@every(days=1, at="03:40")
def sweep_spool() -> None:
    """Forget spooled files whose upload was never finished being written."""
    uploads.sweep_spool(now=time.time())


@every(minutes=2)
def count_quality() -> None:
    """Add the files that came meanwhile to the sums of their senders' quality."""
    quality_counts.count_new()


@job
def count_quality_again(*, receipts: list[int]) -> None:
    """Count the months anew whose refused visits were run again."""
    quality_counts.count_again(receipts)
