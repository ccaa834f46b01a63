"""Killed in the middle: of the command, of the database. Whatever was cut short is finished by the next call, once."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from soyte.systems.care.visit_intake.ingest.tests.files import file, visit

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[6]
VISITS = 900
IN_FORCE = "select count(*) from encounters_encounter where in_force"


class Machine:
    """An installation of its own with one folder of files: one large file and many small ones."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="soyte-faults-", dir="/var/tmp"))
        self.home.chmod(0o755)
        self.files = self.home / "files"
        self.files.mkdir()
        kept = {k: v for k, v in os.environ.items() if k not in {"SOYTE_DATABASE_URL", "DJANGO_SETTINGS_MODULE"}}
        self.environment = kept | {"SOYTE_HOME": str(self.home), "SOYTE_PROCESSES": "2", "PYTHONPATH": str(ROOT)}

    def write(self, day: str) -> None:
        """New bytes for the same visits: another NGAYLAP."""
        visits = [visit(f"LK{n}", SO_CCCD=f"0700850{n:05}", MA_BN=f"BN{n}", MA_THE_BHYT="") for n in range(VISITS)]
        (self.files / "a.xml").write_bytes(file(*visits[100:], made_on=day))
        for number, one in enumerate(visits[:100]):
            (self.files / f"b{number:03}.xml").write_bytes(file(one, made_on=day))

    def start(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "soyte.config", "ingest", str(self.files), "--json"]
        return subprocess.Popen(
            command, env=self.environment, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def finish(self) -> dict:
        running = self.start()
        out, err = running.communicate(timeout=180)
        assert running.returncode == 0, err
        return json.loads(out)

    def ask(self, query: str) -> int:
        link = f"host={self.home}/db dbname=soyte user=soyte"
        with psycopg.connect(link, connect_timeout=5) as connection:
            return connection.execute(query).fetchone()[0]

    def wait_until(self, query: str, wanted, *, seconds: float = 90) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                if wanted(self.ask(query)):
                    return
            except psycopg.Error:
                pass  # not up yet
            time.sleep(0.05)
        raise AssertionError(f"waited in vain: {query}")

    def kill_server(self) -> None:
        os.kill(int((self.home / "db" / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    def is_whole(self) -> bool:
        """Every visit in force once, every piece once, every person once, no receipt open."""
        return (
            self.ask(IN_FORCE) == VISITS == self.ask("select count(distinct visit_code) from encounters_encounter")
            and self.ask("select count(*) from encounters_encounter")
            == self.ask("select count(*) from visit_intake_receiptvisit")
            and self.ask("select count(*) from people_person") == VISITS
            and self.ask("select count(*) from visit_intake_receipt where state <> 'done'") == 0
        )


@pytest.fixture(scope="module")
def machine():
    made = Machine()
    keeper = subprocess.Popen(  # holds the server, so that a killed command leaves it to be asked
        [sys.executable, "-c", "import time\nfrom soyte.config import ready\nwith ready.database(): print('up', flush=True); time.sleep(600)"],
        env=made.environment, cwd=ROOT, text=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert keeper.stdout.readline().strip() == "up"
    yield made
    keeper.terminate()
    keeper.wait()
    stop = "from soyte.config import postgres\npostgres.stop()"
    subprocess.run([sys.executable, "-c", stop], env=made.environment, cwd=ROOT, check=False)
    shutil.rmtree(made.home, ignore_errors=True)


def test_a_killed_command_is_finished_by_the_next(machine):
    machine.write("20260910")
    running = machine.start()
    machine.wait_until(IN_FORCE, lambda count: count > 100)
    running.kill()
    running.communicate()
    # Its workers end with it: nobody goes on writing.
    machine.wait_until(
        "select count(*) from pg_stat_activity where datname = 'soyte' and pid <> pg_backend_pid()"
        " and query like '%encounters%' and state <> 'idle'",
        lambda count: count == 0,
        seconds=20,
    )
    before = machine.ask(IN_FORCE)
    assert 0 < before < VISITS
    told = machine.finish()
    assert (told["visits"], told["accepted"], told["rejected"]) == (VISITS, VISITS, 0)
    assert told["rows"] > 0 and machine.is_whole()


def test_a_killed_database_is_told_and_the_next_call_finishes(machine):
    machine.write("20260911")
    running = machine.start()
    replaced = "select count(*) from encounters_encounter where version_day = '2026-09-11'"
    machine.wait_until(replaced, lambda count: count > 100)
    machine.kill_server()
    _out, err = running.communicate(timeout=120)
    assert running.returncode == 2 and "chạy lại" in err and "Traceback" not in err
    told = machine.finish()
    assert (told["visits"], told["accepted"]) == (VISITS, VISITS) and machine.is_whole()
    assert machine.ask(replaced + " and in_force") == VISITS


def test_the_same_folder_again_writes_nothing(machine):
    told = machine.finish()
    assert (told["accepted"], told["replaced"], told["rows"], told["persons_new"]) == (VISITS, VISITS, 0, 0)
    assert machine.is_whole()
