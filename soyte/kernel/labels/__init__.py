"""Sensitive facts: their labels, and sealing under a label's key."""

from soyte.kernel.labels.classes import joined, title
from soyte.kernel.labels.keys import KeyMissing, KeyUnreadable, rotate
from soyte.kernel.labels.sealing import SealBroken, may_open, open_bytes, seal, seal_bytes, sealed_label, unseal

__all__ = [
    "KeyMissing",
    "KeyUnreadable",
    "SealBroken",
    "joined",
    "may_open",
    "open_bytes",
    "rotate",
    "seal",
    "seal_bytes",
    "sealed_label",
    "title",
    "unseal",
]
