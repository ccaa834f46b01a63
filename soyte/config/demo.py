"""`soyte demo`: the living demo province: database, web server, worker and feeder under this one process."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from soyte.config import environment, postgres, ready
from soyte.config.home import CHECKOUT, HomeError, home
from soyte.config.processes import Child, run_together, soyte_command
from soyte.config.serve import granian_command, port_is_free

READY_SECONDS = 30


def _address(host: str, port: int) -> str:
    return f"http://{'localhost' if host in {'127.0.0.1', '0.0.0.0', '::'} else host}:{port}/"  # noqa: S104


def _prepare(env: dict[str, str]) -> None:
    code = "from soyte.config.demo import prepare_main; import sys; sys.exit(prepare_main())"
    status = subprocess.run([sys.executable, "-c", code], env={**os.environ, **env}, check=False).returncode
    if status:
        raise HomeError(f"Chưa chuẩn bị được tỉnh minh hoạ (mã {status}); xem các dòng trên, sửa rồi chạy lại.")


def prepare_main() -> int:
    """Fill the home with the demo province, once; run as a child so that its memory goes with it."""
    with ready.database():
        from soyte.demo import living

        living.prepare(home())
    return 0


def _print_accounts(folder: Path, address: str) -> None:
    users = json.loads((folder / "demo-users.json").read_text())["users"]
    print(f"\nSở Y tế (dữ liệu minh hoạ): {address}\n", flush=True)
    for user in users:
        print(f"  {user['role']:<14} {user['username']:<18} {user['password']:<18} {user['unit']}")
    print("\nCtrl-C dừng tất cả.", flush=True)


def _announce_when_ready(folder: Path, address: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{address}livez", timeout=2):  # noqa: S310
                break
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    _print_accounts(folder, address)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="soyte demo", description="Chạy tỉnh minh hoạ.")
    parser.add_argument("--no-feeder", action="store_true", help="không gửi tệp mới trong ngày")
    arguments = parser.parse_args(argv)
    host, port = environment.read("SOYTE_HOST"), int(environment.read("SOYTE_PORT"))
    if not port_is_free(host, port):
        raise HomeError(
            f"Cổng {port} đang có chương trình khác dùng. Chọn cổng khác: SOYTE_PORT={port + 1}. (Port in use.)"
        )
    folder = home()
    env = {
        "SOYTE_DEMO": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, [str(CHECKOUT), os.environ.get("PYTHONPATH", "")])),
    }
    os.environ.update(env)
    address = _address(host, port)
    with postgres.in_use(prepared=ready.PREPARED / "data"):
        _prepare(env)
        children = [
            Child("web", granian_command(host=host, port=port, workers=1)),
            Child("worker", soyte_command("worker")),
        ]
        if not arguments.no_feeder:
            children.append(Child("feeder", [sys.executable, "-m", "soyte.demo.feeder", address]))
        children.append(
            Child(
                "announce",
                [
                    sys.executable,
                    "-c",
                    "import sys; from pathlib import Path; from soyte.config.demo import _announce_when_ready as a;"
                    "a(Path(sys.argv[1]), sys.argv[2])",
                    str(folder),
                    address,
                ],
                once=True,
            )
        )
        run_together(children)
    print("Đã dừng.")
    return 0
