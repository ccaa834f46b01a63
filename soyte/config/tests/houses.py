"""Homes of their own for tests that start, kill and restart servers, and commands that run in them."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]
PATIENCE = 120  # seconds until something that must happen counts as not happening, on a busy machine
HOLD = """
import sys
from soyte.config import postgres
with postgres.in_use():
    print('up', flush=True)
    sys.stdin.readline()
"""


def _hear_ctrl_c() -> None:
    """Tests that are run in the background of a shell inherit a SIGINT that is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class House:
    """A home, and what is run in it."""

    def __init__(self, home: Path):
        self.home = home
        self.processes: list[subprocess.Popen] = []

    def environment(self, **changes: str) -> dict[str, str]:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith("SOYTE_") or name == "SOYTE_PGBIN"
        }
        kept |= {"PYTHONPATH": str(CHECKOUT), "SOYTE_HOME": str(self.home)}
        return {name: value for name, value in {**kept, **changes}.items() if value}

    def begin(self, *command: str, **changes: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, *command],
            env=self.environment(**changes),
            cwd="/",
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=_hear_ctrl_c,
        )
        self.processes.append(process)
        return process

    def run(self, *command: str, **changes: str) -> subprocess.CompletedProcess:
        process = self.begin(*command, **changes)
        out, err = process.communicate(timeout=PATIENCE)
        return subprocess.CompletedProcess(command, process.returncode, out, err)

    def soyte(self, *arguments: str, **changes: str) -> subprocess.CompletedProcess:
        return self.run("-m", "soyte.config", *arguments, **changes)

    def hold(self, **changes: str) -> subprocess.Popen:
        """A process that uses the server until `let_go`."""
        process = self.begin("-c", HOLD, **changes)
        told = process.stdout.readline()
        assert told == "up\n", told + process.stderr.read()
        return process

    def sql(self, statement: str) -> str:
        """What a client of the running server is answered."""
        import psycopg

        with psycopg.connect(host=self.socket_folder(), user="soyte", dbname="soyte", autocommit=True) as link:
            found = link.execute(statement)
            return str(found.fetchone()[0]) if found.description else ""

    def socket_folder(self) -> str:
        return (self.home / "db" / "data" / "postmaster.pid").read_text().splitlines()[4]

    def postmaster(self) -> int | None:
        """The number of the living server, None where there is none."""
        try:
            number = int((self.home / "db" / "data" / "postmaster.pid").read_text().split()[0])
            return number if Path(f"/proc/{number}/comm").read_text().strip() == "postgres" else None
        except (FileNotFoundError, ProcessLookupError, NotADirectoryError, IndexError):
            return None

    def close(self) -> None:
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        if server := self.postmaster():
            os.kill(server, signal.SIGQUIT)
            wait_until(lambda: self.postmaster() is None)
        shutil.rmtree(self.home, ignore_errors=True)


def let_go(process: subprocess.Popen) -> None:
    _, err = process.communicate("\n", timeout=PATIENCE)
    assert process.returncode == 0, err


def wait_until(holds, seconds: float = PATIENCE) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def living(home: Path) -> dict[int, str]:
    """Number and command line of each living process that was started for a home."""
    wanted, found = f"SOYTE_HOME={home}\0".encode(), {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (folder / "environ").read_bytes() and (folder / "cmdline").read_bytes():
                found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
    return found


def reachable_folder() -> Path:
    """A new folder that every user may enter; pytest's own are closed to the database's user."""
    folder = Path(tempfile.mkdtemp(prefix="soyte-test-", dir="/tmp"))
    folder.chmod(0o755)
    return folder
