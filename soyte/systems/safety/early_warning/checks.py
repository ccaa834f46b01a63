"""Start-up check: every kind of alert fits its schema and names a condition that there is."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register

from soyte.kernel.content.declarations import BadDeclaration
from soyte.systems.safety.early_warning.conditions import CONDITIONS
from soyte.systems.safety.early_warning.content import kinds


@register("soyte")
def kinds_name_what_exists(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    try:
        return [
            Error(f"alert {kind.code}: no condition {kind.condition!r}, or not its numbers", id="soyte.E060")
            for kind in kinds().values()
            if kind.condition not in CONDITIONS or set(kind.numbers) != CONDITIONS[kind.condition].numbers
        ]
    except BadDeclaration as error:
        return [Error(str(error), id="soyte.E061")]
