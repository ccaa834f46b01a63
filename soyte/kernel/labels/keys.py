"""The labels' keys: files that only we can read, never in the database or its dump.

hiv.key is the key that seals; after a rotation hiv.<id>.key opens what was sealed before. Destroying a label's files
destroys what they sealed, which is how a lawful erasure is done.
"""

from __future__ import annotations

import os
import secrets
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from soyte.kernel.errors import DomainError

KEY_BYTES = 32
ID_BYTES = 4


class KeyMissing(DomainError):
    code = "labels.key_missing"
    message = _(
        "Thiếu tệp khoá %(file)s của nhãn %(label)s trong thư mục %(folder)s nên không mở được nội dung đã mã hoá. "
        "Hãy chép tệp này từ bản sao lưu khoá vào thư mục đó."
    )


class KeyUnreadable(DomainError):
    code = "labels.key_unreadable"
    message = _(
        "Tệp khoá %(file)s trong thư mục %(folder)s không đọc được hoặc bị hỏng. "
        "Hãy kiểm tra quyền đọc, hoặc chép lại tệp này từ bản sao lưu khoá."
    )


def folder() -> Path:
    return Path(settings.SOYTE_KEYS)


def key_id(key: bytes) -> bytes:
    """What names a key inside a sealed text, without telling anything of it."""
    return sha256(b"soyte label key id" + key).digest()[:ID_BYTES]


def sealing_key(label: str) -> bytes:
    """The key that seals `label` now, made on first use: of several makers at once, one key wins for all."""
    path = folder() / f"{label}.key"
    if not path.exists():
        _make(path)
    return _read(path)


def opening_key(label: str, wanted: bytes) -> bytes:
    """The key of `label` that has the id `wanted`. Raises KeyMissing."""
    current, older = folder() / f"{label}.key", folder() / f"{label}.{wanted.hex()}.key"
    for path in (current, older):
        if path.exists() and key_id(key := _read(path)) == wanted:
            return key
    raise KeyMissing(label=label, file=older.name if current.exists() else current.name, folder=folder())


def rotate(label: str) -> None:
    """Seal with a new key from now on; the old one is kept beside it for what it sealed."""
    path = folder() / f"{label}.key"
    old = folder() / f"{label}.{key_id(sealing_key(label)).hex()}.key"
    if not old.exists():
        os.link(path, old)
    _fresh(path).replace(path)


@lru_cache(maxsize=256)
def cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


def _make(path: Path) -> None:
    fresh = _fresh(path)
    try:
        os.link(fresh, path)  # fails if somebody was first, and shows the file only when it is whole
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def _fresh(path: Path) -> Path:
    """A new key in a file of its own, written to the disk before anything is sealed with it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(secrets.token_hex(KEY_BYTES) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    return fresh


def _read(path: Path) -> bytes:
    try:
        status = path.stat()
        return _read_once(path, status.st_ino, status.st_mtime_ns)
    except (OSError, ValueError):
        raise KeyUnreadable(file=path.name, folder=path.parent) from None


@lru_cache(maxsize=256)
def _read_once(path: Path, inode: int, changed: int) -> bytes:
    key = bytes.fromhex(path.read_text().strip())
    if len(key) != KEY_BYTES:
        raise ValueError("not a key")
    return key
