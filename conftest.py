"""The test session's database: the embedded server of a home kept for tests, shared by simultaneous runs."""

import os
from pathlib import Path

import pytest

os.environ.setdefault(
    "SOYTE_HOME", os.environ.get("SOYTE_TEST_HOME", str(Path(__file__).parent / ".cache" / "test-home"))
)
Path(os.environ["SOYTE_HOME"]).mkdir(parents=True, exist_ok=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session):
    from soyte.config import postgres

    with postgres.in_use():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item, nextitem):
    """Refused attempts are written by a connection of their own; the rollback that ends a test would leave them there."""
    from soyte.kernel.audit import services

    write, written = services.on_own_connection, []

    def noticed(*arguments):
        written.append(True)
        write(*arguments)

    services.on_own_connection = noticed
    try:
        return (yield)
    finally:
        services.on_own_connection = write
        if written:
            _empty_the_audit(item)


def _empty_the_audit(item):
    from django.db import connection
    from pytest_django.plugin import blocking_manager_key

    if not str(connection.settings_dict["NAME"]).startswith("test_"):
        return  # after the session's last test its database is gone already
    with item.config.stash[blocking_manager_key].unblock(), connection.cursor() as cursor:
        cursor.execute("truncate audit_auditevent")


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of sample data; tests that need it are skipped, and say so, where it is absent."""
    named = os.environ.get("SOYTE_TEST_DATA", "")
    if not named or not Path(named).is_dir():
        pytest.skip("SOYTE_TEST_DATA is not set: no sample data on this machine")
    return Path(named)


def _skip_reasons(session) -> list[str]:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    reports = reporter.stats.get("skipped", []) if reporter else []
    return [report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr) for report in reports]


def pytest_sessionfinish(session, exitstatus):
    """Where CI prepared the machine, a skip that the machine could have run is a failure."""
    if os.environ.get("SOYTE_FAIL_ON_SKIP") and exitstatus == 0:
        needless = [reason for reason in _skip_reasons(session) if "SOYTE_TEST_DATA" not in reason]
        if needless:
            print("\nskipped although the machine was prepared:", *sorted(set(needless)), sep="\n  ")
            session.exitstatus = 1
