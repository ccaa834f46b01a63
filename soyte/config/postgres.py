"""The embedded PostgreSQL: made, started and stopped under SOYTE_HOME/db.

Safe against two starts at once (one file lock), after kill -9 of the server or a power cut, and as root (the server
runs as SOYTE_PGUSER_OS). Everybody who uses the server holds a shared lock on `users`; the last one to leave stops it.
A keeper waits for that lock alone: it stops the server of users who were killed and could not.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from soyte.config import environment
from soyte.config import postgres_programs as programs
from soyte.config.home import HomeError, home

DATABASE = "soyte"
ROLE = "soyte"
START_SECONDS = 40
# The system takes 107 bytes for the whole path of a socket; the server takes a comma for the end of a folder's name.
PLAIN_SOCKET_FOLDER = re.compile(rb"[\w./@+-]{1,85}")
# What the server says while what an earlier one left behind is still going away.
PASSING = ("pre-existing shared memory block", 'lock file "', "Address already in use")
FULL = "No space left on device"
LEAST_FREE = 32 << 20  # bytes: two segments of its log
SETTINGS = {
    "shared_buffers": "128MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "pglz",
    "max_connections": "100",
    "max_locks_per_transaction": "256",  # a batch of visits locks its persons, about three keys each
    "timezone": "UTC",
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",  # a statement quotes the rows of people
    "log_error_verbosity": "terse",  # and so do the details of a broken constraint
    "max_parallel_workers_per_gather": "1",
    "work_mem": "32MB",  # what figures of a year sort and group; taken while it is needed
    "jit": "off",
    "random_page_cost": "1.1",
}

bin_folder = programs.bin_folder
major_version = programs.major_version


def external_url() -> str:
    return environment.read("SOYTE_DATABASE_URL")


def root() -> Path:
    return home() / "db"


def data_folder() -> Path:
    return root() / "data"


def socket_folder() -> Path:
    """Where the socket lies; a home whose path is too long for a socket, or odd, gets a short one."""
    folder = root()
    if PLAIN_SOCKET_FOLDER.fullmatch(os.fsencode(folder)):
        return folder
    short = Path("/tmp") / ("soyte-" + hashlib.sha256(os.fsencode(folder)).hexdigest()[:16])  # noqa: S108
    try:
        short.mkdir(mode=0o700)
        programs.own(short)
    except FileExistsError:
        if short.is_symlink() or not programs.is_owned(short):
            raise HomeError(
                f"{short} không thuộc người dùng của cơ sở dữ liệu. Xoá nó, hoặc đặt SOYTE_HOME có đường dẫn ngắn hơn. "
                f"({short} belongs to somebody else: remove it, or set a shorter SOYTE_HOME.)"
            ) from None
    return short


def is_up() -> bool:
    command = [str(bin_folder() / "pg_isready"), "-q", "-h", str(socket_folder()), "-d", DATABASE, "-U", ROLE]
    return subprocess.run(command, check=False).returncode == 0


def keep_up() -> None:
    """Start the server again if it is gone: killed, or stopped by somebody who did not know of its users."""
    if not external_url() and not _server_lives():
        print("soyte: PostgreSQL dừng, chạy lại (the database ended and is started again)", file=sys.stderr, flush=True)
        start()


def _server_lives() -> bool:
    """Asked twice a second, so without a program of its own; a server that comes up or goes down counts as living."""
    try:
        number = int((data_folder() / "postmaster.pid").read_text().split()[0])
        return Path(f"/proc/{number}/comm").read_text().strip() == "postgres"
    except (OSError, ValueError, IndexError):
        return False


def start(*, prepared: Path | None = None, settings: dict[str, str] | None = None) -> bool:
    """Start the server unless it runs; whether it was started now.

    A new home gets a copy of the `prepared` data folder, or an empty cluster. Raises HomeError.
    """
    folder = _made_root()
    with (folder / "starting").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_up():
            return False
        binaries, data = bin_folder(), data_folder()
        try:
            _make_data(binaries, data, prepared)
            if not programs.is_owned(data):  # copied by root, or SOYTE_PGUSER_OS was changed
                programs.own(folder, all_below=True)
            _check_version(binaries, data)
            _forget_dead_server(data)
            _start_server(binaries, data, settings or {})
            _make_database(binaries)
        except subprocess.CalledProcessError as error:
            raise _failed(error.output or "") from None
        except OSError as error:
            raise _failed(str(error)) from None
    return True


def _made_root() -> Path:
    folder = root()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        programs.own(folder)
    except OSError as error:
        raise _failed(str(error)) from None
    return folder


def _make_data(binaries: Path, data: Path, prepared: Path | None) -> None:
    if _version_of(data):
        return
    making = data.with_name("data.making")
    shutil.rmtree(making, ignore_errors=True)
    if prepared and _version_of(prepared) == major_version(binaries):
        shutil.copytree(prepared, making, symlinks=True)
        programs.own(making, all_below=True)
    else:
        _initdb(binaries, making)
    making.rename(data)


def _version_of(data: Path) -> int | None:
    path = data / "PG_VERSION"
    return int(path.read_text()) if path.exists() else None


def _initdb(binaries: Path, data: Path) -> None:
    if major_version(binaries) >= 17:
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    else:
        locale = ["--locale=C.UTF-8"]
    programs.run(binaries / "initdb", "-D", data, "-U", ROLE, "--auth=trust", "-E", "UTF8", "--data-checksums", *locale)


def _check_version(binaries: Path, data: Path) -> None:
    found, ours = _version_of(data), major_version(binaries)
    if found != ours:
        raise HomeError(
            f"{data} thuộc PostgreSQL {found}, chương trình là {ours}. Đặt SOYTE_PGBIN đúng bản {found}, hoặc chuyển dữ "
            f"liệu bằng pg_dump. (The data belong to PostgreSQL {found}, the programs to {ours}: set SOYTE_PGBIN.)"
        )


def _forget_dead_server(data: Path) -> None:
    """Remove the lock file of a server that is no more.

    After a power cut its number may belong to another program of the same user, and PostgreSQL would take that one for
    the server.
    """
    for path in (data / "postmaster.pid", socket_folder() / ".s.PGSQL.5432.lock"):
        try:
            name = Path(f"/proc/{int(path.read_text().split()[0])}/comm").read_text().strip()
        except (FileNotFoundError, ProcessLookupError, ValueError, IndexError):
            continue  # no lock file, or nobody has the number: PostgreSQL clears that by itself
        if name != "postgres":
            path.unlink()


def _start_server(binaries: Path, data: Path, settings: dict[str, str]) -> None:
    options = " ".join(f"-c {key}={value}" for key, value in {**SETTINGS, **settings}.items())
    options += f" -c listen_addresses='' -c unix_socket_permissions=0700 -k {socket_folder()}"
    log = data.parent / "log"
    until = time.monotonic() + START_SECONDS
    while True:
        told_before = log.stat().st_size if log.exists() else 0
        try:
            programs.run(binaries / "pg_ctl", "-w", "-t", "600", "-D", data, "-l", log, "-o", options, "start")
        except subprocess.CalledProcessError as error:
            told = (error.output or "") + _told_since(log, told_before)
            if is_up():
                return
            passing = any(words in told for words in PASSING) and FULL not in told
            if not passing or time.monotonic() > until:
                raise _failed(told, log) from None
            time.sleep(0.25)
        else:
            return


def _told_since(log: Path, size: int) -> str:
    if not log.exists():
        return ""
    with log.open(errors="replace") as stream:
        stream.seek(size)
        return stream.read()


def _failed(told: str, log: Path | None = None) -> HomeError:
    if FULL in told or os.strerror(errno.ENOSPC) in told:
        return disk_is_full()
    where = f" Xem {log}." if log else ""
    return HomeError(
        f"Cơ sở dữ liệu không khởi động được.{where} (The database does not start.)\n{told[-1500:].strip()}"
    )


def is_disk_full() -> bool:
    return not external_url() and shutil.disk_usage(home()).free < LEAST_FREE


def disk_is_full() -> HomeError:
    folder = home()
    return HomeError(
        f"Đĩa của {folder} đã đầy (còn {shutil.disk_usage(folder).free // 1_000_000} MB). Giải phóng chỗ trống rồi chạy lại; "
        f"những gì đã nhận vẫn còn nguyên. (The disk of {folder} is full: free some space and run again.)"
    )


def _make_database(binaries: Path) -> None:
    query = [str(binaries / "psql"), "-h", str(socket_folder()), "-U", ROLE, "-d", "postgres", "-XtAc"]
    known = subprocess.check_output([*query, f"select 1 from pg_database where datname = '{DATABASE}'"], text=True)
    if not known.strip():
        subprocess.run([*query, f"create database {DATABASE}"], check=True, stdout=subprocess.DEVNULL)


def stop(*, mode: str = "fast") -> None:
    with contextlib.suppress(subprocess.CalledProcessError):  # it does not run
        programs.run(bin_folder() / "pg_ctl", "-w", "-m", mode, "-D", data_folder(), "stop")


@contextlib.contextmanager
def in_use(*, prepared: Path | None = None, settings: dict[str, str] | None = None) -> Iterator[None]:
    """Run a block with the server up; the last user to leave stops it. Nothing to do for an external server."""
    if external_url():
        yield
        return
    path = _made_root() / "users"
    with path.open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            if start(prepared=prepared, settings=settings):
                _set_keeper(path)
            yield
        finally:
            _leave(users.fileno())


def _set_keeper(users: Path) -> None:
    """A process that waits until nobody uses the server any more, and then stops it."""
    if flock := shutil.which("flock"):
        stopping = [bin_folder() / "pg_ctl", "-w", "-m", "fast", "-D", data_folder(), "stop"]
        _keepers.append(programs.begin(flock, "--exclusive", users, *stopping))


_keepers: list[subprocess.Popen[bytes]] = []  # held, since Python warns of a process that it forgets


def _leave(descriptor: int) -> None:
    """Stop the server if we were its last user. Returns when it is stopped, whoever stops it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        # Others use the server, or the keeper is stopping it: then this waits.
        fcntl.flock(descriptor, fcntl.LOCK_SH)
    else:
        stop()


def connection_settings() -> dict[str, str]:
    """Keyword arguments for a connection to the embedded server's database (libpq's names)."""
    return {"host": str(socket_folder()), "dbname": DATABASE, "user": ROLE}
