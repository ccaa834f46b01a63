"""A home is made ready by whatever command comes first, from the prepared data folder or without it."""

import json
import shutil
import subprocess
import sys

import pytest

from soyte.config import postgres, ready
from soyte.config.tests.houses import CHECKOUT, let_go

pytestmark = pytest.mark.server
LOOK = """
import json, os
from pathlib import Path
from soyte.config import ready
if prepared := os.environ.get("PREPARED"):
    ready.PREPARED = Path(prepared)
brought = []
ready_up = ready._bring_up_to_date
def noted(**how):
    brought.append(how)
    ready_up(**how)
ready._bring_up_to_date = noted
with ready.database():
    from django.db import connection
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from codes_codeentry")
        print(json.dumps({"codes": cursor.fetchone()[0], "brought": len(brought)}))
"""


@pytest.fixture(scope="module")
def prepared():
    """The prepared folder of this checkout; `make setup` has made it."""
    prepare = "from soyte.config import ready; ready.prepare()"
    subprocess.run([sys.executable, "-c", prepare], cwd=CHECKOUT, check=True)
    return ready.PREPARED


def look(house, **changes):
    done = house.run("-c", LOOK, **changes)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def copy_of(prepared, house):
    version = str(postgres.major_version(postgres.bin_folder()))
    copy = house.home.parent / "prepared"
    shutil.copytree(prepared / version, copy / version, symlinks=True)
    return copy / version


def test_an_empty_home_takes_the_prepared_folder_as_it_is(house, prepared):
    found = look(house)
    assert found["codes"] > 1000
    assert found["brought"] == 0
    assert look(house) == found


def test_a_stale_prepared_folder_is_left_alone_and_the_home_made_from_nothing(house, prepared):
    stale = copy_of(prepared, house)
    (stale / ready.MARK).write_text("the shape of yesterday")
    found = look(house, PREPARED=str(stale.parent))
    assert found["brought"] == 1
    assert found["codes"] == look(house)["codes"] > 1000


def test_a_home_of_an_older_shape_is_brought_up_to_date_once(house, prepared):
    look(house)
    (house.home / "db" / "data" / ready.MARK).write_text("the shape of yesterday")
    assert [look(house)["brought"] for _ in range(2)] == [1, 0]


def test_a_home_whose_database_was_removed_is_made_again(house, prepared):
    look(house)
    shutil.rmtree(house.home / "db")
    assert look(house)["codes"] > 1000


def test_two_commands_at_once_on_an_empty_home(house, prepared):
    commands = [house.begin("-m", "soyte.config", "report", "visits", "--from", "2026-01-01", "--to", "2026-01-31", "--json")
                for _ in range(3)]  # fmt: skip
    told = [command.communicate(timeout=240) for command in commands]
    assert [command.returncode for command in commands] == [0, 0, 0], told
    assert {out for out, _ in told} == {'{"rows": [{"key": "", "value": "0"}]}\n'}
    assert house.postmaster() is None


def test_an_external_server_is_brought_up_to_date_and_never_started_or_stopped(house, prepared):
    held = house.hold()
    host = house.socket_folder()
    own = house.home.parent / "own"
    url = f"postgresql://soyte@/soyte?host={host}&application_name=elsewhere"
    for brought in (1, 0):
        assert look(house, SOYTE_HOME=str(own), SOYTE_DATABASE_URL=url)["brought"] == brought
    assert not (own / "db").exists()
    assert house.postmaster()
    let_go(held)
    refused = house.soyte("report", "visits", "--from", "2026-01-01", "--to", "2026-01-31", "--json",
                          SOYTE_HOME=str(own), SOYTE_DATABASE_URL=url)  # fmt: skip
    assert refused.returncode == 2
    assert "SOYTE_DATABASE_URL" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_shape_changes_with_migrations_content_and_its_loader():
    patterns = [str(path.relative_to(CHECKOUT)) for pattern in ready._SHAPE for path in CHECKOUT.glob(pattern)]
    for example in (
        "soyte/kernel/codes/migrations/0001_initial.py",
        "soyte/kernel/codes/content_targets.py",
        "soyte/kernel/content/services.py",
    ):
        assert example in patterns
    assert any(path.endswith(".csv") for path in patterns)
