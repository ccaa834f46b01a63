"""Who may do what: `access.can`, `visible`, `why`, `holds`, from one declaration (rules.py).

Loaded on first use, because Django imports this package for its apps.py before any table exists.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from soyte.kernel.access.actor import Actor, actor_for
    from soyte.kernel.access.policy import Explanation, Refused, can, holds, visible, why
    from soyte.kernel.access.rules import Clause, Rule, by_post, label_bar, opened_with_reason
    from soyte.kernel.access.web import requires

__all__ = [
    "Actor",
    "Clause",
    "Explanation",
    "Refused",
    "Rule",
    "actor_for",
    "by_post",
    "can",
    "holds",
    "label_bar",
    "opened_with_reason",
    "requires",
    "visible",
    "why",
]

_HOMES = {
    "actor": ("Actor", "actor_for"),
    "policy": ("Explanation", "Refused", "can", "holds", "visible", "why"),
    "rules": ("Clause", "Rule", "by_post", "label_bar", "opened_with_reason"),
    "web": ("requires",),
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"soyte.kernel.access.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
