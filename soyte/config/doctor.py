"""`soyte doctor`: what this machine lacks, and how to mend it. Needs neither Django nor a running database."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from soyte.config import environment, postgres
from soyte.config.home import CHECKOUT, HomeError, home
from soyte.config.serve import port_is_free

LEAST_DISK_GB = 3
LEAST_MEMORY_GB = 1.5


@dataclass(frozen=True, slots=True)
class Finding:
    good: bool
    subject: str
    mend: str = ""


def _python() -> Finding:
    return Finding(sys.version_info >= (3, 11), f"Python {sys.version.split()[0]}", "Cần Python từ 3.11.")


def _home() -> Finding:
    try:
        folder = home()
    except HomeError as error:
        return Finding(False, "SOYTE_HOME", str(error))
    writable = os.access(folder, os.W_OK)
    return Finding(writable, f"SOYTE_HOME {folder}", "Không ghi được: đổi chủ thư mục hoặc đặt SOYTE_HOME khác.")


def _disk() -> Finding:
    free = shutil.disk_usage(home() if _home().good else CHECKOUT).free / 1e9
    return Finding(
        free >= LEAST_DISK_GB,
        f"đĩa trống {free:.1f} GB",
        f"Cần {LEAST_DISK_GB} GB: dọn đĩa hoặc đặt SOYTE_HOME nơi khác.",
    )


def memory_gb() -> float:
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) / 1e6
    return 0.0


def _memory() -> Finding:
    free = memory_gb()
    return Finding(
        free >= LEAST_MEMORY_GB, f"bộ nhớ còn {free:.1f} GB", f"Cần {LEAST_MEMORY_GB} GB: đóng bớt chương trình."
    )


def _port() -> Finding:
    host, port = environment.read("SOYTE_HOST"), int(environment.read("SOYTE_PORT"))
    return Finding(
        port_is_free(host, port), f"cổng {port}", f"Cổng đang bận: dừng chương trình kia, hoặc SOYTE_PORT={port + 1}."
    )


def _server() -> Finding:
    if postgres.external_url():
        return Finding(True, "PostgreSQL ngoài (SOYTE_DATABASE_URL)")
    try:
        programs = postgres.bin_folder()
        version = postgres.major_version(programs)
    except (HomeError, OSError) as error:
        return Finding(False, "PostgreSQL", f"{error} Chạy `make setup`, hoặc đặt SOYTE_PGBIN.")
    return Finding(version >= 15, f"PostgreSQL {version} ở {programs}", "Cần PostgreSQL từ 15.")


def _assets() -> Finding:
    built = CHECKOUT / "soyte" / "ui" / "static" / "built"
    return Finding(built.is_dir() and any(built.iterdir()), "giao diện đã dựng", "Chạy `make setup` (cần kho npm).")


CHECKS: tuple[Callable[[], Finding], ...] = (_python, _home, _disk, _memory, _port, _server, _assets)


def findings() -> Iterator[Finding]:
    for check in CHECKS:
        yield check()


def main(argv: list[str]) -> int:
    """Exit status 0 when nothing is missing, else 1."""
    if argv:
        print("soyte doctor: kiểm tra máy, không có tham số.")
        return 0 if argv[0] in {"-h", "--help"} else 2
    status = 0
    for finding in findings():
        print(f"{'đạt  ' if finding.good else 'THIẾU'}  {finding.subject}")
        if not finding.good:
            print(f"       {finding.mend}")
            status = 1
    return status
