"""The hamlet or quarter that an address names."""

from __future__ import annotations

import re
import unicodedata

# Below the commune: hamlets and villages, quarters of a town. A group of houses (tổ) alone is no place on a list.
_KINDS = ("ấp", "thôn", "khu phố", "khu", "kp", "khóm", "bản", "buôn", "sóc", "làng", "xóm", "tiểu khu", "tổ dân phố")
_NAMED = re.compile(rf"(?:^|\s)(?P<kind>{'|'.join(_KINDS)})(?:[\s.:]+|(?=\d))(?P<name>\S.*)$", re.IGNORECASE)
_SHORT = {"kp": "khu phố"}
LONGEST = 60


def hamlet_of(address: str) -> str:
    """'Số 12, ấp 3, xã Lộc Ninh' -> 'Ấp 3'; '' where no part of the address names one."""
    for part in unicodedata.normalize("NFC", address).split(","):
        found = _NAMED.search(" ".join(part.split()))
        if found:
            kind = found["kind"].lower()
            return f"{_SHORT.get(kind, kind).capitalize()} {found['name']}"[:LONGEST]
    return ""
