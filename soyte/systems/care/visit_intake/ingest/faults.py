"""Words for faults that are not a file's: what happened, and that nothing is lost by running again."""

from __future__ import annotations

import errno

from django.db import DatabaseError

from soyte.kernel.errors import DomainError

_DISK_FULL = "53100"
_AGAIN = "Những lượt đã ghi xong vẫn còn; chạy lại cùng lệnh để làm nốt, không lượt nào bị ghi hai lần."


class WorkerFaultError(Exception):
    """A fault in a worker process, already in words: what caused it stays there, and in that process's log."""


class WorkerDiedError(Exception):
    """A worker process ended by itself: killed, or out of memory. What it had in hand was rolled back."""


# What stops a run and is no file's fault: its words are told, the rest is done by running again.
STOPS = (DatabaseError, DomainError, OSError, WorkerFaultError, WorkerDiedError)


def words_of(error: Exception) -> str:
    """A sentence in Vietnamese for the operator."""
    if isinstance(error, WorkerFaultError):
        return str(error)
    if isinstance(error, DomainError):
        return f"{error} {_AGAIN}"
    if is_disk_full(error):
        return f"Ổ đĩa đầy nên phải dừng. Dọn chỗ rồi chạy lại. {_AGAIN}"
    if isinstance(error, DatabaseError):
        return f"Mất kết nối với cơ sở dữ liệu hoặc cơ sở dữ liệu báo lỗi ({type(error).__name__}). {_AGAIN}"
    if isinstance(error, OSError):
        return f"Không đọc hoặc ghi được {error.filename or 'tệp'}: {error.strerror or type(error).__name__}. {_AGAIN}"
    return f"Một tiến trình nhận tệp bị dừng giữa chừng. {_AGAIN}"


def is_disk_full(error: Exception) -> bool:
    """Whether a disk is full: ours, or the database's."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return getattr(error.__cause__, "sqlstate", None) == _DISK_FULL
