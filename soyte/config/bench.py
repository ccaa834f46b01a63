"""`soyte bench NAME`: speed and size, measured; the cases are found in the `bench.py` modules of the house."""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Callable
from importlib import import_module

from soyte.kernel.systems import modules
from soyte.web import warming

PAGES = {"record", "centre"}  # cases that ask for pages, in a process that is made ready as the web server's are


def cases() -> dict[str, Callable[[list[str]], dict[str, object]]]:
    """Name -> case. A room offers them as `CASES` of its module bench.py."""
    from soyte.config import live_bench

    found: dict[str, Callable[[list[str]], dict[str, object]]] = {"live": live_bench.live}
    # That of the demo measures against the truth of the synthetic province.
    for room in (*modules("bench"), import_module("soyte.demo.bench")):
        found |= room.CASES
    return found


def main(argv: list[str]) -> int:
    known = cases()
    parser = argparse.ArgumentParser(prog="soyte bench", description="Đo tốc độ.")
    parser.add_argument("name", choices=sorted(known))
    parser.add_argument("--json", action="store_true", help="in một dòng JSON")
    arguments, rest = parser.parse_known_args(argv)
    if arguments.name in PAGES:
        warming.load()
    figures = known[arguments.name](rest)
    figures = {**figures, "machine": f"{platform.machine()}, {os.cpu_count()} nhân"}
    if arguments.json:
        print(json.dumps(figures, ensure_ascii=False))
    else:
        for key, value in figures.items():
            print(f"{key}: {value}")
    return 0
