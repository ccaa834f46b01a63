"""`soyte demo`: the living demo province: database, web server, worker and feeder under this one process."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from soyte.config import doctor, ports, postgres, serve
from soyte.config.home import HomeError, home
from soyte.config.processes import (
    Child,
    Stopped,
    child_environment,
    run_once,
    run_together,
    soyte_command,
    stoppable,
)

ANSWER_SECONDS = 60
LOG_BYTES = 5_000_000  # a log that is longer when the demo starts is begun anew


@contextlib.contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Two demos on one home would feed it twice."""
    with (folder / "demo-runs").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise HomeError(
                f"Tỉnh minh hoạ của {folder} đang chạy ở một cửa sổ khác. Mở trình duyệt ở địa chỉ đã in ra, "
                f"hoặc đặt SOYTE_HOME khác để chạy thêm. (The demo of this home is running already.)"
            ) from None
        yield


def _log(folder: Path, name: str) -> Path:
    path = folder / "log" / f"{name}.log"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.unlink()
    return path


def _announce(folder: Path, address: str) -> None:
    users = json.loads((folder / "demo-users.json").read_text())["users"]
    print(f"\nSở Y tế (dữ liệu minh hoạ): {address}\n")
    for user in users:
        door = " (cổng gửi tệp; không đăng nhập trên trang)" if user["role"] == "gateway" else ""
        print(f"  {user['role']:<14} {user['username']:<18} {user['password']:<18} {user['unit']}{door}")
    print(f"\nNhật ký: {folder / 'log'}\nCtrl-C dừng tất cả.", flush=True)


def _children(folder: Path, *, host: str, port: int, address: str, feeder: bool) -> list[Child]:
    children = [
        serve.web_server(host=host, port=port, log=_log(folder, "web")),
        Child("worker", soyte_command("worker"), child_environment(), _log(folder, "worker")),
    ]
    if feeder:
        command = [sys.executable, "-m", "soyte.demo.feeder", address]
        children.append(Child("feeder", command, child_environment(), _log(folder, "feeder")))
    return children


def _run(arguments: argparse.Namespace) -> None:
    host, port = ports.address()
    doctor.require_room()
    folder = home()
    address = f"http://{ports.reached_at(host)}:{port}/"
    fill = [sys.executable, "-m", "soyte.config.ready", "--demo"]
    fill += [f"--{name}={value}" for name in ("people", "years") if (value := getattr(arguments, name))]
    with _only_one(folder), postgres.in_use(prepared=serve.prepared()):
        if status := run_once(Child("ready", fill, child_environment())):
            raise HomeError(f"Chưa chuẩn bị được tỉnh minh hoạ (mã {status}); xem các dòng trên, sửa rồi chạy lại.")
        children = _children(folder, host=host, port=port, address=address, feeder=not arguments.no_feeder)

        until = time.monotonic() + ANSWER_SECONDS

        def started() -> bool:
            if ports.answers(host, port):
                _announce(folder, address)
                return True
            if time.monotonic() > until:
                raise HomeError(
                    f"Máy chủ web không trả lời; xem {folder / 'log' / 'web.log'}. (The web server is silent.)"
                )
            return False

        run_together(children, started=started, meanwhile=postgres.keep_up)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="soyte demo", description="Chạy tỉnh minh hoạ.")
    parser.add_argument("--no-feeder", action="store_true", help="không gửi tệp mới trong ngày")
    parser.add_argument("--people", type=int, help="số người khi sinh tỉnh lần đầu (mặc định 10000)")
    parser.add_argument("--years", type=int, help="số năm khi sinh tỉnh lần đầu (mặc định 3)")
    arguments = parser.parse_args(argv)
    os.environ["SOYTE_DEMO"] = "1"
    try:
        with stoppable():
            _run(arguments)
    except Stopped:
        print("Đã dừng.")
    return 0
