"""The house's own checks, its migrations and its catalogue, as a fresh clone would meet them."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.core import checks
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.special import RunPython, RunSQL

import soyte

ROOT = Path(soyte.__path__[0]).parent


def test_the_start_up_checks_find_nothing():
    assert [str(message) for message in checks.run_checks()] == []


@pytest.mark.django_db
def test_no_model_waits_for_a_migration():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def _migrations():
    loader = MigrationLoader(None)
    return [migration for (label, _), migration in sorted(loader.disk_migrations.items()) if _ours(migration)]


def _ours(migration):
    return type(migration).__module__.startswith("soyte.")


def _operations(operations):
    for operation in operations:
        yield operation
        yield from _operations(getattr(operation, "database_operations", ()))


@pytest.mark.parametrize("migration", _migrations(), ids=str)
def test_a_migration_has_a_way_back(migration):
    for operation in _operations(migration.operations):
        assert operation.reversible, f"{migration}: {operation.describe()}"
        if isinstance(operation, RunSQL):
            assert operation.reverse_sql is not None, migration
        if isinstance(operation, RunPython):
            assert operation.reverse_code is not None, migration


@pytest.mark.parametrize("migration", _migrations(), ids=str)
def test_a_migration_leans_on_no_later_code(migration):
    """Tomorrow's services must not change yesterday's migration: tables come from `apps.get_model`."""
    import ast

    text = Path(sys.modules[type(migration).__module__].__file__).read_text()
    named = [node.module or "" for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)]
    later = ("services", "selectors", "views", "public")
    assert not [name for name in named if name.startswith("soyte.") and name.rsplit(".", 1)[-1] in later]


@pytest.mark.django_db
def test_the_tables_go_away_again_room_by_room():
    """Every migration that was applied here can be undone: asked of the plan, not done, since the tests share the tables."""
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    roots = [(label, None) for label in sorted(executor.loader.migrated_apps)]
    backwards = [(migration, back) for migration, back in executor.migration_plan(roots) if _ours(migration)]
    assert backwards and all(back for _, back in backwards)


def test_the_catalogue_is_whole_and_keeps_its_placeholders():
    done = subprocess.run(
        [sys.executable, "tools/messages.py", "check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:]
