"""`soyte bench NAME`: speed and size, measured; the cases are found in the `bench.py` modules of the house."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
from collections.abc import Callable

from django.apps import apps
from django.utils.module_loading import module_has_submodule


def cases() -> dict[str, Callable[[list[str]], dict[str, object]]]:
    """Name -> case. A room offers them as `CASES` of its module bench.py."""
    from soyte.config import live_bench

    rooms = [app for app in apps.get_app_configs() if app.name.startswith("soyte.")]
    homes = [app.name for app in rooms if module_has_submodule(app.module, "bench")]
    found: dict[str, Callable[[list[str]], dict[str, object]]] = {"live": live_bench.live}
    for home in [*homes, "soyte.demo"]:  # what is measured against the truth of the synthetic province
        found |= importlib.import_module(f"{home}.bench").CASES
    return found


def main(argv: list[str]) -> int:
    known = cases()
    parser = argparse.ArgumentParser(prog="soyte bench", description="Đo tốc độ.")
    parser.add_argument("name", choices=sorted(known))
    parser.add_argument("--json", action="store_true", help="in một dòng JSON")
    arguments, rest = parser.parse_known_args(argv)
    figures = known[arguments.name](rest)
    figures = {**figures, "machine": f"{platform.machine()}, {os.cpu_count()} nhân"}
    if arguments.json:
        print(json.dumps(figures, ensure_ascii=False))
    else:
        for key, value in figures.items():
            print(f"{key}: {value}")
    return 0
