"""SOYTE_HOME: the one folder that holds an installation's data."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
from collections.abc import Iterator
from pathlib import Path

from soyte.config import environment

CHECKOUT = Path(__file__).resolve().parents[2]
ROOTS_OWN = Path("/var/lib/soyte")


class HomeError(Exception):
    """The home cannot be used; the message names the mend, in Vietnamese and English."""


def database_user() -> str | None:
    """The user the embedded server runs as: None when we are an ordinary user ourselves (PostgreSQL refuses root)."""
    if os.geteuid() != 0 or environment.read("SOYTE_DATABASE_URL"):
        return None
    name = environment.read("SOYTE_PGUSER_OS")
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise HomeError(
            f"Không có người dùng {name!r} để chạy cơ sở dữ liệu. Đặt SOYTE_PGUSER_OS bằng một người dùng có sẵn. "
            f"(No such user {name!r}: set SOYTE_PGUSER_OS.)"
        ) from None
    if entry.pw_uid == 0:
        raise HomeError(
            "PostgreSQL không chạy bằng root. Đặt SOYTE_PGUSER_OS bằng một người dùng thường, ví dụ nobody. "
            "(PostgreSQL refuses root: set SOYTE_PGUSER_OS to an ordinary user.)"
        )
    return name


def barrier(folder: Path, user: str) -> Path | None:
    """The first of the existing folders on the way to `folder`, itself included, that `user` may not enter."""
    entry = pwd.getpwnam(user)
    for part in [*reversed(folder.parents), folder]:
        if not part.exists():
            return None
        status = part.stat()
        if status.st_uid == entry.pw_uid:
            bit = 0o100
        elif status.st_gid == entry.pw_gid:
            bit = 0o010
        else:
            bit = 0o001
        if not status.st_mode & bit:
            return part
    return None


def home() -> Path:
    """The folder, made if absent. Raises HomeError where we, or the database's user, cannot use it."""
    named, user = environment.read("SOYTE_HOME"), database_user()
    folder = Path(named).absolute() if named else _usual_home(user)
    if user:
        _check_way(folder.parent, user)
    try:
        with _readable_by_all():
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(folder, error) from None
    if user:
        _open_if_new(folder)
        _check_way(folder, user)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _unusable(folder, None)
    os.environ["SOYTE_HOME"] = str(folder)  # for the programs that we start
    return folder


def _usual_home(user: str | None) -> Path:
    folder = CHECKOUT / ".soyte"
    return ROOTS_OWN if user and barrier(folder, user) else folder


def _open_if_new(folder: Path) -> None:
    """A new home that root made private (mktemp -d) gets a way through; what it will hold has modes of its own."""
    status = folder.stat()
    if status.st_uid == 0 and not status.st_mode & 0o001 and not any(folder.iterdir()):
        folder.chmod(status.st_mode | 0o011)


def _check_way(folder: Path, user: str) -> None:
    if closed := barrier(folder, user):
        raise HomeError(
            f"Người dùng {user!r} của cơ sở dữ liệu không vào được {closed}. Mở lối vào: chmod a+x {closed} "
            f"hoặc đặt SOYTE_HOME ở nơi khác, ví dụ SOYTE_HOME={ROOTS_OWN}. "
            f"(The database's user {user!r} cannot enter {closed}: chmod a+x it, or set SOYTE_HOME elsewhere.)"
        )


def _unusable(folder: Path, error: OSError | None) -> HomeError:
    why = f" ({error.strerror})" if error and error.strerror else ""
    return HomeError(
        f"Không ghi được vào {folder}{why}. Đổi chủ thư mục này hoặc đặt SOYTE_HOME ở nơi khác. "
        f"(Cannot write to {folder}: change its owner, or set SOYTE_HOME elsewhere.)"
    )


@contextlib.contextmanager
def _readable_by_all() -> Iterator[None]:
    """Folders made by root must be entered by the database's user, whatever root's umask; secrets have their own mode."""
    before = os.umask(0o022) if os.geteuid() == 0 else None
    try:
        yield
    finally:
        if before is not None:
            os.umask(before)


def private_text(path: Path) -> str:
    """A secret kept in a file that only we can read; made on first use, safe against two makers at once."""
    if not path.exists():
        fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w") as stream:
                stream.write(secrets.token_urlsafe(50))
            with contextlib.suppress(FileExistsError):
                os.link(fresh, path)  # shows the file only when it is whole, and fails if somebody was first
        finally:
            fresh.unlink()
    return path.read_text().strip()


def secret_key() -> str:
    return environment.read("SOYTE_SECRET_KEY") or private_text(home() / "secret_key")


def keys_folder() -> Path:
    return Path(environment.read("SOYTE_KEYS") or home() / "keys")


def inbox_folder() -> Path:
    return Path(environment.read("SOYTE_INBOX") or home() / "inbox")
