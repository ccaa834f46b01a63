"""Start-up check: every kind of alert fits its schema and names a condition and roles that there are."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register

from soyte.kernel.access.roles import roles
from soyte.kernel.content.declarations import BadDeclaration
from soyte.systems.safety.early_warning.conditions import CONDITIONS
from soyte.systems.safety.early_warning.content import kinds


@register("soyte")
def kinds_name_what_exists(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    try:
        found: list[CheckMessage] = [
            Error(f"alert {kind.code}: no condition {kind.condition!r}, or not its numbers", id="soyte.E060")
            for kind in kinds().values()
            if kind.condition not in CONDITIONS or set(kind.numbers) != CONDITIONS[kind.condition].numbers
        ]
        strange = [(kind.code, code) for kind in kinds().values() for code in kind.told if code not in roles()]
        return found + [Error(f"alert {kind}: no role {code!r} to be told", id="soyte.E062") for kind, code in strange]
    except BadDeclaration as error:
        return [Error(str(error), id="soyte.E061")]
