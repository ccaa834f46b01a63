"""The browser that tests drive, and what they ask of a page: nothing for axe to find, no sideways scroll, one heading."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
AXE = ROOT / "node_modules/axe-core/axe.min.js"
PACKED = ROOT / "node_modules/@sparticuz/chromium"
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


def chromium() -> str | None:
    """The machine's Chromium, else the one of the npm package @sparticuz/chromium where it was installed."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found or not PACKED.is_dir() or not shutil.which("node"):
        return found
    ask = "import c from '@sparticuz/chromium'; console.log(JSON.stringify(await c.executablePath()))"
    told = subprocess.run(
        ["node", "--input-type=module", "-e", ask], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return json.loads(told.stdout) if told.returncode == 0 else None


def launch(driver: Any, executable: str) -> Any:
    libraries = PACKED / "lib"  # what a bare Debian lacks, unpacked beside the browser
    paths = os.pathsep.join(filter(None, [str(libraries), os.environ.get("LD_LIBRARY_PATH", "")]))
    env = {**os.environ, "LD_LIBRARY_PATH": paths} if libraries.is_dir() else {**os.environ}
    return driver.chromium.launch(executable_path=executable, args=FLAGS, env=env)


def findings(page: Any) -> list[tuple[str, str]]:
    """What axe finds, as (rule, element). The script comes in through the debugger, past the content policy."""
    page.context.new_cdp_session(page).send("Runtime.evaluate", {"expression": AXE.read_text()})
    report = page.evaluate("(tags) => axe.run(document, {runOnly: tags})", TAGS)
    return [(found["id"], node["html"][:200]) for found in report["violations"] for node in found["nodes"]]


def scrolls_sideways(page: Any) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def headings(page: Any) -> int:
    return int(page.evaluate("document.querySelectorAll('h1').length"))
