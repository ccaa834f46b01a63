"""Identities of rows that leave the system."""

from __future__ import annotations

import os
import time
import uuid


def uuid7() -> uuid.UUID:
    """A new UUID of version 7 (RFC 9562): grows with time to a quarter of a microsecond, so that indexes grow at their end.

    48 bits of milliseconds, 12 bits of the fraction of the millisecond, 62 random bits.
    """
    milliseconds, fraction = divmod(time.time_ns(), 1_000_000)
    number = milliseconds << 80 | 0x7 << 76 | (fraction << 12) // 1_000_000 << 64
    return uuid.UUID(int=number | 0b10 << 62 | int.from_bytes(os.urandom(8)) >> 2)
