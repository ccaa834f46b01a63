"""For those who run it: /livez (the process answers), /readyz (it can work), /metrics."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable
from pathlib import Path

import structlog
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from soyte.kernel.access.web import PUBLIC, requires

log = structlog.get_logger("soyte.web")


@requires(PUBLIC)
@require_GET
def livez(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@requires(PUBLIC)
@require_GET
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when each check passes, else 503; {"ready": bool, "checks": {name: "ok" | "failed"}}."""
    checks = {name: _verdict(name, check) for name, check in CHECKS.items()}
    ready = set(checks.values()) == {"ok"}
    return JsonResponse({"ready": ready, "checks": checks}, status=200 if ready else 503)


def _verdict(name: str, check: Callable[[], bool]) -> str:
    try:
        passed = check()
    except Exception as error:  # whatever the reason, the answer is "not ready"
        log.warning("not ready", check=name, kind=type(error).__name__)
        return "failed"
    return "ok" if passed else "failed"


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select 1")
        return bool(cursor.fetchone() == (1,))


def _migrations() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _keys() -> bool:
    """The folder of the label keys can be entered: without it labelled visits can be neither written nor read."""
    folder = Path(settings.SOYTE_KEYS)
    return folder.is_dir() and os.access(folder, os.R_OK | os.X_OK)


CHECKS: dict[str, Callable[[], bool]] = {"database": _database, "migrations": _migrations, "keys": _keys}


@requires(PUBLIC)
@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text; for the machine itself, or with the bearer token of SOYTE_METRICS_TOKEN."""
    if not _may_measure(request):
        return HttpResponseForbidden("metrics: local address or bearer token needed\n", content_type="text/plain")
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_measure(request: HttpRequest) -> bool:
    token = settings.SOYTE_METRICS_TOKEN
    if token:
        return constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {token}")
    # A request that came through a proxy has a local address too, so it must not carry a proxy's header.
    return _is_local(request.META.get("REMOTE_ADDR", "")) and "X-Forwarded-For" not in request.headers


def _is_local(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == ""  # a Unix socket has no address
