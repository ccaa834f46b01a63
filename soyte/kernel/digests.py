"""The hash under which values are frozen: whoever writes the same content anew gets the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256, in hexadecimal, of the content as JSON written one way: keys in order, no spaces, UTF-8."""
    told = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(told.encode()).hexdigest()
