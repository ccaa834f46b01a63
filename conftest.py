"""The test session's database: the embedded server of a home kept for tests, shared by simultaneous runs."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent
os.environ.setdefault("SOYTE_HOME", os.environ.get("SOYTE_TEST_HOME", str(ROOT / ".cache" / "test-home")))

USE_DATABASE = {"db", "transactional_db", "live_server", "django_db_setup", "django_db_reset_sequences"}
# What a prepared machine may lack all the same.
FOREGONE = ("SOYTE_TEST_DATA", "mount no small disk")


def pytest_addoption(parser):
    parser.addoption("--with-database", action="store_true", help="only tests that use a database, without a browser")


def pytest_collection_modifyitems(config, items):
    """Tests of a module share their costly parts, so they run in one process; the journeys share a whole house."""
    for item in items:
        if not item.get_closest_marker("xdist_group"):
            house = ROOT / "tests" / "journeys"
            item.add_marker(pytest.mark.xdist_group(str(house if house in item.path.parents else item.path)))
    if config.getoption("--with-database"):
        wanted = [item for item in items if _uses_database(item) and not item.get_closest_marker("journey")]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(wanted)])
        items[:] = wanted


def _uses_database(item):
    marked = item.get_closest_marker("django_db") or item.get_closest_marker("server")
    return bool(marked or USE_DATABASE & {*getattr(item, "fixturenames", ())})


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
        needless = [reason for reason in _skip_reasons(session) if not any(words in reason for words in FOREGONE)]
        if needless:
            print("\nskipped although the machine was prepared:", *sorted(set(needless)), sep="\n  ")
            session.exitstatus = 1
