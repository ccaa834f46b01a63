"""A house of its own for the journeys: a home with a small province, the web server and the worker, and a browser.

Made once a session by the product's own commands, so that the journeys also walk over set-up, intake and sign-in.
Pictures for the manual are saved to docs/manual/pictures where SOYTE_PICTURES=1; the house is a larger one then, in which
today has visits too.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import soyte
from soyte.config import ports
from soyte.kernel.processes import die_with_parent
from soyte.ui.tests import browser as browsers

ROOT = Path(soyte.__path__[0]).parent
PICTURES = ROOT / "docs/manual/pictures"
PEOPLE, YEARS, SEED = 160, 1, "journeys"
PICTURES_WANTED = os.environ.get("SOYTE_PICTURES") == "1"
FILLED = ("soyte.config.ready", "--demo", "--people=3000", "--years=1")
UNTIL_TODAY = """
import datetime as dt
from soyte.config.home import home
from soyte.demo import living
living.prepare(home(), day=living.today() + dt.timedelta(days=1))
"""
READY_SECONDS = 90
PICTURE_QUALITY = 55
WIDE, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}


@dataclass(frozen=True)
class House:
    """A running installation. `users` by role."""

    url: str
    home: Path
    files: Path
    users: dict[str, dict[str, str]]
    env: dict[str, str]

    def run(self, *arguments: str) -> str:
        """What a command of the product prints."""
        return _command(self.env, *arguments)


def _command(env: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "soyte.config", *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode > 1:  # 1 is a verdict: some of the visits were refused
        raise AssertionError(f"soyte {' '.join(arguments)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


@contextlib.contextmanager
def _running(env: dict[str, str], *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    parent = os.getpid()
    process = subprocess.Popen(
        [sys.executable, "-m", "soyte.config", *arguments],
        cwd=ROOT,
        env=env,
        preexec_fn=lambda: die_with_parent(parent),  # a killed test run leaves no servers
    )
    try:
        yield process
    finally:
        process.send_signal(2)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(f"{url}/readyz", timeout=5):
            return
        time.sleep(0.2)
    raise AssertionError("the web server did not become ready")


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """A folder that the database's user can reach too, which pytest's own is not where we are root."""
    made = Path(tempfile.mkdtemp(prefix="soyte-journeys-"))
    made.chmod(0o755)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _small_province(env: dict[str, str], files: Path) -> Path:
    arguments = ("--people", str(PEOPLE), "--years", str(YEARS), "--seed", SEED, "--out", str(files))
    _command(env, "province", *arguments)
    _command(env, "ingest", str(files), "--json")
    return files


def _living_day(env: dict[str, str]) -> Path:
    """The demo's home with fewer people, until today; the truth about it lies in the home."""
    for command in (FILLED, ("soyte.config", "manage", "shell", "-c", UNTIL_TODAY)):
        subprocess.run([sys.executable, "-m", *command], cwd=ROOT, env=env, check=True, capture_output=True)
    return Path(env["SOYTE_HOME"]) / "demo"


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    with _folder() as folder:
        port = ports.any_free("127.0.0.1")
        env = {
            **os.environ,
            "SOYTE_HOME": str(folder / "home"),
            "SOYTE_PORT": str(port),
            "SOYTE_DEMO": "1",
            "PYTHONPATH": str(ROOT),
        }
        env.pop("SOYTE_DATABASE_URL", None)
        files = _living_day(env) if PICTURES_WANTED else _small_province(env, folder / "province")
        users = json.loads(_command(env, "demo-users", "--json"))["users"]
        with _running(env, "serve") as server, _running(env, "worker"):
            url = f"http://127.0.0.1:{port}"
            _wait(url, server)
            yield House(url, folder / "home", files, {user["role"]: user for user in users}, env)


@dataclass(frozen=True)
class Visitor:
    """Somebody at the browser. `said`: what the console complained of."""

    page: Any
    house: House
    said: list[str]

    def go(self, address: str) -> Any:
        answer = self.page.goto(self.house.url + address)
        assert answer.status < 500, address
        return answer

    def text(self) -> str:
        return str(self.page.inner_text("main"))

    def looks_right(self, *, picture: str = "") -> None:
        """Axe finds nothing, narrow and dark, wide in both looks; nothing scrolls sideways; one heading."""
        place = self.page.url.removeprefix(self.house.url)
        for size, look in ((PHONE, "dark"), (WIDE, "dark"), (WIDE, "light")):
            self.page.set_viewport_size(size)
            self.page.emulate_media(color_scheme=look)
            assert browsers.findings(self.page) == [], f"{place}, {size['width']} px, {look}"
            assert not browsers.scrolls_sideways(self.page), f"{place}, {size['width']} px"
            assert browsers.headings(self.page) == 1, place
            if picture:
                self.picture(f"{picture}-{size['width']}-{look}")

    def looks_right_on_a_phone(self, *, picture: str = "") -> None:
        """The same for a page made for a phone, in both looks."""
        place = self.page.url.removeprefix(self.house.url)
        self.page.set_viewport_size(PHONE)
        for look in ("dark", "light"):
            self.page.emulate_media(color_scheme=look)
            assert browsers.findings(self.page) == [], f"{place}, {look}"
            assert not browsers.scrolls_sideways(self.page), place
            assert browsers.headings(self.page) == 1, place
            if picture:
                self._whole_picture(f"{picture}-{PHONE['width']}-{look}")

    def _whole_picture(self, name: str) -> None:
        """All of a page that is longer than the phone."""
        height = self.page.evaluate("document.documentElement.scrollHeight")
        self.page.set_viewport_size({**PHONE, "height": min(max(height, PHONE["height"]), 2400)})
        self.picture(name)
        self.page.set_viewport_size(PHONE)

    def picture(self, name: str) -> None:
        if PICTURES_WANTED:
            PICTURES.mkdir(parents=True, exist_ok=True)
            # By the browser's own protocol: the driver knows no WebP, which keeps a page under 60 KB.
            session = self.page.context.new_cdp_session(self.page)
            shot = session.send("Page.captureScreenshot", {"format": "webp", "quality": PICTURE_QUALITY})
            (PICTURES / f"{name}.webp").write_bytes(base64.b64decode(shot["data"]))
            session.detach()


@pytest.fixture
def enter(browser: Any, house: House) -> Iterator[Any]:
    """enter("doctor") -> a Visitor signed in with the demo account of that role."""
    opened = []

    def go(role: str) -> Visitor:
        # Without the buttons' slow change of colour, which axe would measure half-way when the look changes.
        context = browser.new_context(
            viewport=WIDE, color_scheme="light", accept_downloads=True, reduced_motion="reduce"
        )
        opened.append(context)
        page = context.new_page()
        visitor = Visitor(page, house, [])
        page.on("console", lambda told: visitor.said.append(told.text) if told.type in ("error", "warning") else None)
        page.on("request", lambda asked: _at_home(asked.url, house, visitor.said))
        visitor.go("/dang-nhap/")
        page.fill("[name=username]", house.users[role]["username"])
        page.fill("[name=password]", house.users[role]["password"])
        page.click("form .btn-primary")
        page.wait_for_url(lambda url: "/dang-nhap/" not in url)
        return visitor

    yield go
    for context in opened:
        context.close()


def _at_home(url: str, house: House, said: list[str]) -> None:
    if not url.startswith((house.url, "data:", "blob:")):
        said.append(f"asked elsewhere: {url}")
