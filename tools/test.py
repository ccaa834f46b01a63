"""`make test`: every check, then the tests on each PostgreSQL that the machine has; says what it skipped and why.

`--checks` stops before the tests; paths run the tests of those paths only, on the embedded server. The last run is that
of all tests on the embedded server, so that the closing line is its summary.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import browser

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
PYTHON = BIN / "python"
DEBIAN = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
OLDEST_SERVER = 15
MOST_PROCESSES = 4

CHECKS = (
    ("format", [BIN / "ruff", "format", "--check", "-q", "."]),
    ("lint", [BIN / "ruff", "check", "-q", "."]),
    ("imports", [BIN / "lint-imports"]),
    ("types", [PYTHON, "-m", "mypy", "soyte"]),
    ("templates", [PYTHON, "-m", "djlint", "soyte", "--lint", "--quiet"]),
    ("start-up checks", [PYTHON, "-m", "soyte.config", "manage", "check"]),
    ("migrations", [PYTHON, "-m", "soyte.config", "manage", "makemigrations", "--check", "--dry-run"]),
    ("content", [PYTHON, "-m", "soyte.config", "content", "check"]),
    ("catalogues", [PYTHON, "tools/messages.py", "check"]),
    ("generated pages", [PYTHON, "tools/describe.py", "--check"]),
)


def run(name, command, env):
    started = time.monotonic()
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env=env,
        check=False,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    print(f"{'ok  ' if done.returncode == 0 else 'FAIL'} {name} ({time.monotonic() - started:.1f} s)", flush=True)
    if done.returncode:
        print(done.stdout[-6000:], flush=True)
    return done.returncode == 0


def pytest(title, arguments, env):
    print(f"\n--- {title}", flush=True)
    command = [str(PYTHON), "-m", "pytest", "-q", *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode == 0


def in_parallel():
    """As many processes as cores; tests of one module, and the journeys together, stay in one (see conftest.py)."""
    return [
        "-n",
        str(min(len(os.sched_getaffinity(0)), MOST_PROCESSES)),
        "--dist",
        "loadfile",
        "--no-loadscope-reorder",
    ]


def debian_server():
    """The bin folder of the machine's own PostgreSQL, or None."""
    usable = [path.parent for path in DEBIAN if int(path.parent.parent.name) >= OLDEST_SERVER]
    return usable[0] if usable else None


def on_debian_server(env):
    """The tests that use a database, on the machine's own server; whether they passed."""
    programs = debian_server()
    if programs is None:
        print("\nSKIPPED the tests on the machine's own PostgreSQL: none from 15 on (apt-get install postgresql)")
        return not env.get("SOYTE_FAIL_ON_SKIP")
    with tempfile.TemporaryDirectory(prefix="soyte-") as folder:
        Path(folder).chmod(0o755)
        other = {**env, "SOYTE_PGBIN": str(programs), "SOYTE_HOME": f"{folder}/home"}
        return pytest(f"{programs}: tests with a database", ["--with-database", *in_parallel()], other)


def test_home():
    """A home for the tests, where the database's user can reach it too."""
    sys.path.insert(0, str(ROOT))
    from soyte.config.home import barrier, database_user

    folder, user = ROOT / ".cache" / "test-home", database_user()
    if user and barrier(folder, user):
        folder = Path(tempfile.gettempdir()) / "soyte-test-home"
    return folder


def environment():
    """Ours, without the settings of a running demo."""
    kept = {"SOYTE_TEST_DATA", "SOYTE_TEST_DB", "SOYTE_FAIL_ON_SKIP", "SOYTE_PGUSER_OS"}
    env = {name: value for name, value in os.environ.items() if not name.startswith("SOYTE_") or name in kept}
    return {**env, "PYTHONPATH": str(ROOT)}


def main(argv):
    paths = [argument for argument in argv if not argument.startswith("-")]
    os.environ.pop("SOYTE_DATABASE_URL", None)
    env = {**environment(), "SOYTE_HOME": str(test_home())}
    if paths:
        return 0 if pytest("tests of the given paths", paths, env) else 1
    results = [run(name, command, env) for name, command in CHECKS]  # each one, also after a failure
    good = all(results)
    if "--checks" in argv:
        return 0 if good else 1
    browser.make_ready()
    good = on_debian_server(env) and good
    if not good:
        print("\nFAILED before the last run: see above", flush=True)
    return 0 if pytest("embedded PostgreSQL 18: all tests", in_parallel(), env) and good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
