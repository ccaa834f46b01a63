"""`make test`: every check, then the tests on each PostgreSQL that the machine has; says what it skipped and why.

`--checks` stops before the tests; paths run the tests of those paths only, on the embedded server.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
DEBIAN = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
OLDEST_SERVER = 15

CHECKS = (
    ("format", [BIN / "ruff", "format", "--check", "-q", "."]),
    ("lint", [BIN / "ruff", "check", "-q", "."]),
    ("imports", [BIN / "lint-imports"]),
    ("types", [BIN / "mypy", "soyte"]),
    ("templates", [BIN / "djlint", "soyte", "--lint", "--quiet"]),
    ("start-up checks", [BIN / "python", "-m", "soyte.config", "manage", "check"]),
    ("migrations", [BIN / "python", "-m", "soyte.config", "manage", "makemigrations", "--check", "--dry-run"]),
    ("content", [BIN / "python", "-m", "soyte.config", "content", "check"]),
    ("catalogues", [BIN / "python", "tools/messages.py", "check"]),
    ("generated pages", [BIN / "python", "tools/describe.py", "--check"]),
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
        print(done.stdout[-6000:])
    return done.returncode == 0


def debian_server():
    """The bin folder of the machine's own PostgreSQL, or None."""
    usable = [path.parent for path in DEBIAN if int(path.parent.parent.name) >= OLDEST_SERVER]
    return usable[0] if usable else None


def pytest(title, arguments, env):
    print(f"\n--- {title}", flush=True)
    return subprocess.run(
        [str(BIN / "python"), "-m", "pytest", "-q", *arguments], cwd=ROOT, env=env, check=False
    ).returncode


def main(argv):
    only_checks = "--checks" in argv
    paths = [a for a in argv if not a.startswith("-")]
    home = ROOT / ".cache" / "test-home"
    home.mkdir(parents=True, exist_ok=True)
    env = {**os.environ, "SOYTE_HOME": str(home), "PYTHONPATH": str(ROOT)}
    env.pop("SOYTE_DEMO", None)
    if paths:
        return pytest("tests of the given paths", paths, env)
    results = [run(name, command, env) for name, command in CHECKS]  # each one, also after a failure
    good = all(results)
    if only_checks:
        return 0 if good else 1
    statuses = [pytest("embedded PostgreSQL 18: all tests", [], env)]
    if programs := debian_server():
        with tempfile.TemporaryDirectory(prefix="soyte-") as folder:
            Path(folder).chmod(0o755)
            other = {**env, "SOYTE_PGBIN": str(programs), "SOYTE_HOME": f"{folder}/home"}
            statuses.append(pytest(f"{programs}: service tests", ["-m", "not journey"], other))
    else:
        print("\nskipped: the tests on the machine's own PostgreSQL (none from 15 on; apt-get install postgresql)")
    return 0 if good and not any(statuses) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
