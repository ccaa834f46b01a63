"""`make reset`: remove the demo's data, and only a demo's."""

from __future__ import annotations

import fcntl
import shutil
import sys

from soyte.config.cli import guarded
from soyte.config.home import HomeError, home

MARK = "demo-users.json"


def main() -> int:
    folder = home()
    if not (folder / MARK).exists():
        if not any(folder.iterdir()):
            return 0
        raise HomeError(f"{folder} không phải dữ liệu minh hoạ nên không xoá. ({folder} is no demo: left alone.)")
    with (folder / "db" / "users").open("a") as users:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise HomeError(
                "Tỉnh minh hoạ đang chạy: dừng nó (Ctrl-C) rồi làm lại. (The demo runs: stop it.)"
            ) from None
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(guarded(main))
