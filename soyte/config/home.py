"""SOYTE_HOME: the one folder that holds an installation's data."""

from __future__ import annotations

import os
import pwd
import secrets
from pathlib import Path

from soyte.config import environment

CHECKOUT = Path(__file__).resolve().parents[2]


class HomeError(Exception):
    """The home cannot be used; the message names the mend, in Vietnamese and English."""


def database_user() -> str | None:
    """The user the embedded server runs as: None when we are an ordinary user ourselves (PostgreSQL refuses root)."""
    if os.geteuid() != 0:
        return None
    name = environment.read("SOYTE_PGUSER_OS")
    try:
        pwd.getpwnam(name)
    except KeyError:
        raise HomeError(
            f"Không có người dùng {name!r} để chạy cơ sở dữ liệu. Đặt SOYTE_PGUSER_OS bằng một người dùng có sẵn. "
            f"(No such user {name!r}: set SOYTE_PGUSER_OS.)"
        ) from None
    return name


def can_enter(folder: Path, user: str) -> bool:
    """Whether `user` may pass through every existing parent of `folder`."""
    entry = pwd.getpwnam(user)
    for parent in [*reversed(folder.parents), folder]:
        if not parent.exists():
            break
        status = parent.stat()
        if status.st_uid == entry.pw_uid:
            bit = 0o100
        elif status.st_gid == entry.pw_gid:
            bit = 0o010
        else:
            bit = 0o001
        if not status.st_mode & bit:
            return False
    return True


def home() -> Path:
    """The folder, made if absent. Raises HomeError where the database's user cannot reach it."""
    named = environment.read("SOYTE_HOME")
    user = database_user()
    if named:
        folder = Path(named).absolute()
    else:
        folder = CHECKOUT / ".soyte"
        if user and not can_enter(folder.parent, user):
            folder = Path("/var/lib/soyte")
    if user and not can_enter(folder.parent, user):
        raise HomeError(
            f"Người dùng {user!r} của cơ sở dữ liệu không vào được {folder.parent}. "
            f"Đặt SOYTE_HOME ở nơi khác, ví dụ SOYTE_HOME=/var/lib/soyte. "
            f"(User {user!r} cannot enter {folder.parent}: set SOYTE_HOME elsewhere.)"
        )
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["SOYTE_HOME"] = str(folder)
    return folder


def private_text(path: Path) -> str:
    """A secret kept in a file that only we can read; made on first use, safe against two makers at once."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as stream:
        secret = secrets.token_urlsafe(50)
        stream.write(secret)
    return secret


def secret_key() -> str:
    return environment.read("SOYTE_SECRET_KEY") or private_text(home() / "secret_key")


def keys_folder() -> Path:
    return Path(environment.read("SOYTE_KEYS") or home() / "keys")


def inbox_folder() -> Path:
    return Path(environment.read("SOYTE_INBOX") or home() / "inbox")
