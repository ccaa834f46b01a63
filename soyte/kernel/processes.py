"""A process that ends with the one that started it, even when that one is killed."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent(parent: int, number: int = signal.SIGTERM) -> None:
    """Have the system send us signal `number` when our parent, the process `parent`, ends. Does nothing but on Linux.

    To be called in the child. The signal comes when the thread that started the child ends, so start it from one that
    lives as long as its process.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:  # it ended before we asked
        os.kill(os.getpid(), number)
