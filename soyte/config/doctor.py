"""`soyte doctor`: what this machine lacks, and how to mend it. Needs the standard library only, and no database."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from soyte.config import environment, ports, postgres, postgres_programs
from soyte.config.home import CHECKOUT, HomeError, home

FIRST_DISK_GB = 3.0  # packages, the prepared database, the demo province
LATER_DISK_GB = 0.5
LEAST_MEMORY_GB = 1.0
OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True, slots=True)
class Finding:
    good: bool
    subject: str
    mend: str = ""


def python() -> Finding:
    found = sys.version.split()[0]
    return Finding(
        sys.version_info >= OLDEST_PYTHON, f"Python {found}", "Cần Python từ 3.11. (Python 3.11 or newer is needed.)"
    )


def _home() -> Finding:
    try:
        return Finding(True, f"SOYTE_HOME {home()}")
    except HomeError as error:
        return Finding(False, "SOYTE_HOME", str(error))


def disk(folder: Path, least: float) -> Finding:
    free = shutil.disk_usage(folder).free / 1e9
    return Finding(
        free >= least,
        f"đĩa của {folder} trống {free:.1f} GB",
        f"Cần {least:g} GB: giải phóng chỗ trống, hoặc đặt SOYTE_HOME ở đĩa khác. ({least:g} GB of disk are needed.)",
    )


def _disk_of_home() -> Finding:
    folder = home() if _home().good else CHECKOUT
    return disk(folder, LATER_DISK_GB if (folder / "db" / "data").exists() else FIRST_DISK_GB)


def memory() -> Finding:
    free = min(_available(), _allowed())
    return Finding(
        free >= LEAST_MEMORY_GB * 1e9,
        f"bộ nhớ còn {free / 1e9:.1f} GB",
        f"Cần {LEAST_MEMORY_GB:g} GB: đóng bớt chương trình. ({LEAST_MEMORY_GB:g} GB of memory are needed.)",
    )


def _available() -> float:
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return float("inf")


def _allowed() -> float:
    """What the container we may be in still allows."""
    group = Path("/sys/fs/cgroup")
    try:
        return int((group / "memory.max").read_text()) - int((group / "memory.current").read_text())
    except (OSError, ValueError):
        return float("inf")


def port() -> Finding:
    try:
        return Finding(True, f"cổng {ports.address()[1]}")
    except HomeError as error:
        return Finding(False, f"cổng {environment.read('SOYTE_PORT')}", str(error))


def _server() -> Finding:
    if postgres.external_url():
        return Finding(True, "PostgreSQL ngoài (SOYTE_DATABASE_URL)")
    try:
        programs = postgres.bin_folder()
        version = postgres.major_version(programs)
    except (HomeError, OSError) as error:
        return Finding(False, "PostgreSQL", f"{error} Chạy `make setup`, hoặc đặt SOYTE_PGBIN.")
    return Finding(
        version >= postgres_programs.OLDEST,
        f"PostgreSQL {version} ở {programs}",
        f"Cần PostgreSQL từ {postgres_programs.OLDEST}.",
    )


def _assets() -> Finding:
    built = CHECKOUT / "soyte" / "ui" / "static" / "built"
    return Finding(built.is_dir() and any(built.iterdir()), "giao diện đã dựng", "Chạy `make setup` (cần kho npm).")


def _keys() -> Finding:
    named = environment.read("SOYTE_KEYS")
    folder = Path(named) if named else home() / "keys"
    usable = not folder.exists() or os.access(folder, os.R_OK | os.W_OK | os.X_OK)
    return Finding(
        usable, f"thư mục khoá {folder}", "Không đọc được thư mục khoá của nhãn: đổi chủ, hoặc sửa SOYTE_KEYS."
    )


CHECKS: tuple[Callable[[], Finding], ...] = (python, _home, _disk_of_home, memory, port, _server, _assets, _keys)


def findings() -> Iterator[Finding]:
    for check in CHECKS:
        try:
            found = check()
        except HomeError:
            continue  # the finding on SOYTE_HOME has told it
        yield found


def require_room() -> None:
    """Raises HomeError where disk or memory do not suffice for the demo."""
    for finding in (_disk_of_home(), memory()):
        if not finding.good:
            raise HomeError(f"{finding.subject}. {finding.mend}")


def main(argv: list[str]) -> int:
    """Exit status 0 when nothing is missing, else 1."""
    if argv:
        print("soyte doctor: kiểm tra máy, không có tham số.")
        return 0 if argv[0] in {"-h", "--help"} else 2
    found = list(findings())
    for finding in found:
        print(f"{'đạt  ' if finding.good else 'THIẾU'}  {finding.subject}")
        if not finding.good:
            print(f"       {finding.mend}")
    return 0 if all(finding.good for finding in found) else 1
