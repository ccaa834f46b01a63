"""What the first readers of a process would wait for is loaded when it starts, before it answers /readyz."""

from __future__ import annotations

import gc
from pathlib import Path

import structlog
from django.apps import apps
from django.core.checks import run_checks
from django.db import DatabaseError, connections
from django.template.loader import get_template
from django.urls import get_resolver

from soyte.kernel.access.roles import roles
from soyte.kernel.places.selectors import load_map

# A page makes tens of thousands of objects and lets nearly all of them go without the collector, whose default is to look after
# each 700: a tenth of the time of a long page.
_SELDOM = (20_000, 20, 20)

log = structlog.get_logger("soyte.web")


def load() -> None:
    """All pages, the declarations of the house, the templates of every page, the map. A database that is not there is no fault:
    /readyz says so, and the map is read when it is back."""
    get_resolver().reverse_dict  # noqa: B018 - imports every page
    run_checks(tags=["soyte"])  # reads each declaration; what is wrong with one was said by `ready`
    roles()
    templates = Path(apps.get_app_config("ui").path, "templates")
    for path in templates.rglob("*.html"):
        get_template(str(path.relative_to(templates)))
    try:
        load_map()
    except DatabaseError as error:
        log.warning("not warmed", kind=type(error).__name__)
    finally:
        connections.close_all()  # each thread that answers has its own
    gc.collect()
    gc.freeze()  # what was loaded stays, so that no later collection walks through it
    gc.set_threshold(*_SELDOM)
