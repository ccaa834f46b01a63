"""`soyte province`: write a synthetic province as visit files."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from soyte.demo.province import generate
from soyte.demo.province.generate import Counts, Province

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
COULD_NOT_RUN = 2
OURS = "province.json"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="soyte province",
        description="Sinh một tỉnh giả định: người dân và lượt khám thành tệp XML thật, đáp án đúng nằm ở truth/.",
        epilog="Cùng tham số thì cùng từng byte. Tên, số thẻ và bệnh đều là giả định.",
    )
    yesterday = datetime.now(LOCAL).date() - timedelta(days=1)
    parser.add_argument("--people", type=int, default=10_000, metavar="N", help="số người (mặc định 10000)")
    parser.add_argument("--years", type=int, default=3, metavar="Y", help="số năm (mặc định 3)")
    parser.add_argument(
        "--until",
        type=date.fromisoformat,
        default=yesterday,
        metavar="DATE",
        help="ngày ra viện cuối cùng, yyyy-mm-dd (mặc định hôm qua)",
    )
    parser.add_argument("--seed", default="1", metavar="S", help="hạt giống (mặc định 1)")
    parser.add_argument("--outbreaks", type=int, default=None, metavar="K", help="số ổ dịch (mặc định mỗi năm một)")
    parser.add_argument(
        "--out", type=Path, default=Path("province"), metavar="DIR", help="thư mục ghi (mặc định province)"
    )
    parser.add_argument("--json", action="store_true", help="in kết quả thành một dòng JSON")
    return parser


def _clear(folder: Path) -> str:
    """Empty a folder that an earlier call wrote; the reason where it is somebody else's."""
    if not folder.exists():
        folder.mkdir(parents=True)
        return ""
    if not folder.is_dir():
        return f"{folder} không phải thư mục."
    entries = list(folder.iterdir())
    if entries and not (folder / OURS).is_file():
        return f"Thư mục {folder} đã có tệp khác. Hãy chọn một thư mục trống bằng --out."
    for entry in entries:
        if entry.name == OURS:
            entry.unlink()
        elif entry.name == "truth" or (len(entry.name) == 7 and entry.name[4] == "-"):
            shutil.rmtree(entry)
    return ""


def _tell(month: str, counts: Counts) -> None:
    print(f"  {month}: {counts.visits} lượt khám, {counts.files} tệp", file=sys.stderr, flush=True)


def main(argv: list[str]) -> int:
    """Exit status 0, or 2 where the arguments or the folder do not serve."""
    arguments = _parser().parse_args(argv)
    if arguments.people < 1 or arguments.years < 1 or (arguments.outbreaks or 0) < 0:
        print("soyte province: số người và số năm phải từ 1, số ổ dịch không âm.", file=sys.stderr)
        return COULD_NOT_RUN
    reason = _clear(arguments.out)
    if reason:
        print(f"soyte province: {reason}", file=sys.stderr)
        return COULD_NOT_RUN
    province = Province.of_years(
        people=arguments.people,
        years=arguments.years,
        until=arguments.until,
        seed=arguments.seed,
        outbreaks=arguments.outbreaks,
    )
    began = time.monotonic()
    counts = generate.write(province, arguments.out, report=_tell)
    if arguments.json:
        print(json.dumps({**asdict(counts), "out": str(arguments.out), "seconds": round(time.monotonic() - began, 1)}))
    else:
        print(
            f"Đã ghi {counts.visits} lượt khám của {counts.people} người trong {counts.files} tệp "
            f"({counts.bytes / 1e6:.0f} MB) vào {arguments.out}. Đáp án đúng: {arguments.out / 'truth'}."
        )
    return 0
