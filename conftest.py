"""The test session's database: the embedded server of a home kept for tests, shared by simultaneous runs."""

import math
import os
from functools import cached_property
from itertools import groupby
from pathlib import Path

import pytest

ROOT = Path(__file__).parent
os.environ.setdefault("SOYTE_HOME", os.environ.get("SOYTE_TEST_HOME", str(ROOT / ".cache" / "test-home")))
# A browser's driver keeps a loop in its process until the last journey is over, and Django would refuse the queries of
# the tests that run meanwhile.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

USE_DATABASE = {"db", "transactional_db", "live_server", "django_db_setup", "django_db_reset_sequences"}
# Nobody minds the loss of the tests' data in a power cut. Servers that tests start themselves are set as those of users.
FORGETFUL = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
LONG = ("journey", "server", "slow")
JOURNEYS = "tests/journeys/"
# What a prepared machine may lack all the same.
FOREGONE = ("SOYTE_TEST_DATA", "mount no small disk")


def pytest_addoption(parser):
    parser.addoption("--with-database", action="store_true", help="only tests that use a database, without a browser")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config, specs):
    """Each of several processes has a server of its own: the oldest running transaction, behind which events are read and
    sealed, is one for all databases of a server."""
    for spec in specs:
        spec.env["SOYTE_HOME"] = str(Path(os.environ["SOYTE_HOME"]) / spec.id)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Each process has a server. Tests that stand together in a module run in one, and the journeys share a house;
    those that empty the tables stand behind the others (pytest-django sorts them), so they run last in each process."""
    from xdist.scheduler import LoadFileScheduling

    class ByBlock(LoadFileScheduling):
        @cached_property
        def _blocks(self):
            places = groupby(
                self.collection, lambda name: JOURNEYS if name.startswith(JOURNEYS) else name.split("::")[0]
            )
            return {name: str(number) for number, (_, block) in enumerate(places) for name in block}

        def _split_scope(self, nodeid):
            return self._blocks[nodeid]

    return ByBlock(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection_modifyitems(config, items):
    """Long tests with servers of their own first, so that at the end no process waits for another."""
    items.sort(key=lambda item: _uses_database(item) or not any(map(item.get_closest_marker, LONG)))
    if config.getoption("--with-database"):
        wanted = {item for item in items if _uses_database(item) and not item.get_closest_marker("journey")}
        wanted |= {item for item in items if item.get_closest_marker("server")}
        config.hook.pytest_deselected(items=[item for item in items if item not in wanted])
        items[:] = [item for item in items if item in wanted]


def _uses_database(item):
    return bool(item.get_closest_marker("django_db") or USE_DATABASE & {*getattr(item, "fixturenames", ())})


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session):
    from soyte.config import postgres

    if session.config.getoption("dist", "no") != "no" and "PYTEST_XDIST_WORKER" not in os.environ:
        return (yield)  # hands the tests out, runs none
    with postgres.in_use(settings=FORGETFUL):
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


@pytest.fixture(scope="session")
def browser():
    """The Chromium of all tests that look at pages: of two drivers in one process the second refuses to start."""
    from soyte.ui.tests.browser import chromium, launch

    playwright = pytest.importorskip("playwright.sync_api")
    executable = chromium()
    if not executable:
        pytest.skip("no chromium on this machine (apt-get install chromium)")
    with playwright.sync_playwright() as driver:
        launched = launch(driver, executable)
        yield launched
        launched.close()


@pytest.fixture
def plain_static(settings):
    """Pages name their files by plain addresses: nothing needs to be collected."""
    settings.STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}


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


@pytest.fixture(autouse=True)
def _the_department_has_a_name(monkeypatch):
    """A page looks it up once a minute: where a test counts queries, the minute may pass between its pages."""
    from soyte.web import context

    monkeypatch.setattr(context, "_site", (math.inf, "Sở Y tế"))
