#!/usr/bin/env python3
"""Builds what the pages load, soyte/ui/static/built, from the npm packages of package-lock.json and soyte/ui/assets.

One CSS file (Bootstrap in @layer kit, then ours), two font files, a sprite of the icons that are used, htmx, soyte.js.
Run by `make setup`; needs only the standard library, the npm registry on the first run, and node (tools/node.py). Does
nothing when nothing changed.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import sys
import tempfile
from pathlib import Path

import node

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "soyte" / "ui" / "assets"
BUILT = ROOT / "soyte" / "ui" / "static" / "built"
MODULES = ROOT / "node_modules"
STAMP = ".stamp"
INSTALLED = MODULES / ".soyte-lock"

DARK, AUTO = "[data-bs-theme=dark]", "[data-bs-theme=auto]"
SOURCE_MAP = re.compile(r"/[*/][#@] ?sourceMappingURL=[^\n]*?(\*/|$)", re.M)
COMMENT = re.compile(r"/\*.*?\*/", re.S)
ICON_PATH = re.compile(r"<(path|circle|rect|line|polyline|ellipse)\b[^>]*/>")


def main() -> int:
    wanted = _digest([ROOT / "package-lock.json", Path(__file__), *sorted(p for p in SOURCE.rglob("*") if p.is_file())])
    stamp = BUILT / STAMP
    if stamp.is_file() and stamp.read_text() == wanted:
        return 0
    _install_packages()
    BUILT.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix="built-", dir=BUILT.parent))
    try:
        _build(fresh)
        (fresh / STAMP).write_text(wanted)
        fresh.chmod(0o755)
        shutil.rmtree(BUILT, ignore_errors=True)
        fresh.rename(BUILT)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return 0


def _digest(files: list[Path]) -> str:
    total = hashlib.sha256()
    for file in files:
        total.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return total.hexdigest()


def _install_packages() -> None:
    """npm ci, once per lock file."""
    lock = _digest([ROOT / "package-lock.json"])
    if INSTALLED.is_file() and INSTALLED.read_text() == lock:
        return
    node.install(ROOT)
    INSTALLED.write_text(lock)


def _build(out: Path) -> None:
    (out / "fonts").mkdir()
    for subset in ("latin", "vietnamese"):
        shutil.copyfile(
            MODULES / f"@fontsource-variable/inter/files/inter-{subset}-wght-normal.woff2",
            out / "fonts" / f"inter-{subset}.woff2",
        )
    (out / "soyte.css").write_text(_stylesheet())
    (out / "sprite.svg").write_text(_sprite())
    (out / "htmx.js").write_text(_without_source_map(MODULES / "htmx.org/dist/htmx.min.js"))
    for name in ("soyte.js", "live.js", "favicon.svg", "gate.svg"):
        shutil.copyfile(SOURCE / name, out / name)


def _without_source_map(file: Path) -> str:
    return SOURCE_MAP.sub("", file.read_text()).rstrip() + "\n"


def _stylesheet() -> str:
    kit = _without_source_map(MODULES / "bootstrap/dist/css/bootstrap.min.css")
    kit = _with_auto_theme(COMMENT.sub("", kit).replace('@charset "UTF-8";', ""))
    ours = "".join(file.read_text() for file in sorted((SOURCE / "css").glob("*.css")))
    ours = _with_auto_theme(re.sub(r"\s*\n\s*", "", COMMENT.sub("", ours)))
    return f"@layer kit{{{kit.strip()}}}\n{ours}\n"


def _with_auto_theme(css: str) -> str:
    """Each top-level rule for the dark theme again, for pages that follow the system's own choice.

    Without this a page would need a script before its first paint to know that the system is dark.
    """
    rules = []
    for selector, body in _top_level_rules(css):
        rules.append(f"{selector}{{{body}}}" if body is not None else selector)
        if body is not None and DARK in selector:
            dark = ",".join(part for part in selector.split(",") if DARK in part)
            rules.append(f"@media (prefers-color-scheme:dark){{{dark.replace(DARK, AUTO)}{{{body}}}}}")
    return "".join(rules)


def _top_level_rules(css: str) -> list[tuple[str, str | None]]:
    """(selector or at-rule, text between its braces); (text, None) for a statement without braces."""
    rules: list[tuple[str, str | None]] = []
    position = 0
    while position < len(css):
        opening, statement = css.find("{", position), css.find(";", position)
        if opening < 0:
            rules.append((css[position:], None))
            break
        if 0 <= statement < opening and css.startswith("@", position):
            rules.append((css[position : statement + 1], None))
            position = statement + 1
            continue
        closing = _closing_brace(css, opening)
        rules.append((css[position:opening], css[opening + 1 : closing]))
        position = closing + 1
    return rules


def _closing_brace(css: str, opening: int) -> int:
    depth, quote = 0, ""
    for position in range(opening, len(css)):
        letter = css[position]
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter == "{":
            depth += 1
        elif letter == "}":
            depth -= 1
            if depth == 0:
                return position
    raise ValueError("a rule of the stylesheet is not closed")


def _sprite() -> str:
    names = [line.strip() for line in (SOURCE / "icons.txt").read_text().splitlines()]
    symbols = [_symbol(name) for name in names if name and not name.startswith("#")]
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>\n'


def _symbol(name: str) -> str:
    file = MODULES / "@tabler/icons/icons/outline" / f"{name}.svg"
    if not file.is_file():
        sys.exit(f"icons.txt: Tabler has no icon named {name!r}.")
    shapes = "".join(match[0] for match in ICON_PATH.finditer(file.read_text()))
    return f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>'


if __name__ == "__main__":
    sys.exit(main())
