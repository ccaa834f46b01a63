"""Today's visits, one after another, through the gateway's own door: `python -m soyte.demo.feeder http://localhost:8000/`.

A hospital's machine checks a patient in and sends the visit file some minutes later; now and then it sends a file
twice, sends it wrong and mends it, or sends a visit again. When the day's own number is reached, it only repeats bytes
that were taken before, which count nothing. What was sent is kept in the home, so that a restart goes on where it was.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import multiprocessing
import os
import signal
import sys
import threading
import time as clock
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from soyte.demo.province import faults, files, generate, tables
from soyte.demo.province.draws import stream
from soyte.demo.province.faults import Fault, Planted
from soyte.demo.province.files import Delivery
from soyte.demo.province.generate import Province
from soyte.demo.province.plans import Plan
from soyte.demo.province.tables import Rows

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
PACE_SECONDS = (7.0, 13.0)  # about one file every ten seconds
FIRST_MINUTE = 10  # nothing is sent in the first minutes of a day: a visit needs some of them
VISIT_LAG = 6  # the visit file follows so many check-ins later
CAME_BEFORE = timedelta(minutes=20)  # the desk checks in a patient who came so long ago at most
TOKEN_SECONDS = 700
TIMEOUT_SECONDS = 60
RETRY_SECONDS = 15
KEEP = 12  # bytes of so many last files are kept for repeating
REPEATED, FAULTY, AGAIN = 0.06, 0.04, 0.03  # shares of visits
TOKEN_PATH = "/api/token/take"  # noqa: S105 - an address
CHECK_IN_PATH, CHECK_IN_KIND = "/api/qd130/checkInKcbQd3176", "0"
VISIT_PATH, VISIT_KIND = "/api/qd130/guiHoSoXmlQD3176", "130"
TAKEN, UNAUTHORISED = "200", "401"

log = logging.getLogger("soyte.demo.feeder")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a facility sends."""

    act: str  # check_in | visit | faulty | again | repeat
    plan: Plan


def today() -> date:
    return datetime.now(LOCAL).date()


def now() -> datetime:
    """Local time as files write it."""
    return datetime.now(LOCAL).replace(tzinfo=None, second=0, microsecond=0)


def agenda(province: Province, day: date) -> list[Step]:
    """What is sent on a day, in order: a pure function of province and day."""
    rng = stream(province.seed, "feeder", day)
    visits = sorted(generate.of_day(province, day), key=lambda plan: (plan.end, plan.facility.code, plan.code))
    steps: list[Step] = []
    waiting: list[Plan] = []
    for plan in visits:
        if plan.start.date() == day:
            steps.append(Step("check_in", plan))
        if plan.end.date() == day:
            waiting.append(plan)
        if len(waiting) > VISIT_LAG:
            steps += _sending(rng, waiting.pop(0))
    for plan in waiting:
        steps += _sending(rng, plan)
    return steps


def _sending(rng: Random, plan: Plan) -> Iterator[Step]:
    draw = rng.random()
    if draw < FAULTY:
        yield Step("faulty", plan)
    yield Step("visit", plan)
    if FAULTY <= draw < FAULTY + AGAIN:
        yield Step("again", plan)
    if draw > 1 - REPEATED:
        yield Step("repeat", plan)


def stamped(plan: Plan, *, came: datetime | None, left: datetime) -> Plan:
    """The visit as it happened: it ended now; one that began today began when it was checked in."""
    start = plan.start if plan.start.date() < left.date() else came or left - CAME_BEFORE
    return replace(plan, start=min(start, left - timedelta(minutes=5)), end=left)


def arrived(plan: Plan, moment: datetime) -> datetime:
    """When a patient came who is checked in now: some minutes ago, but today."""
    waited = timedelta(minutes=8 + int(plan.code[-2:]) % 12)
    return max(moment.replace(hour=0, minute=0), moment - waited)


@dataclass(slots=True)
class Memory:
    """What was done on a day, kept in the home after every file."""

    path: Path
    day: date
    done: int = 0  # steps
    came: dict[str, str] = field(default_factory=dict)  # visit -> ISO time of the check-in
    left: dict[str, str] = field(default_factory=dict)  # visit -> ISO time of its file

    @classmethod
    def of(cls, home: Path, day: date) -> Memory:
        memory = cls(home / "demo" / "feeder-day.json", day)
        if memory.path.is_file():
            facts = json.loads(memory.path.read_text(encoding="utf-8"))
            if facts["day"] == day.isoformat():
                memory.done, memory.came, memory.left = facts["done"], facts["came"], facts["left"]
        return memory

    def save(self) -> None:
        facts = {"day": self.day.isoformat(), "done": self.done, "came": self.came, "left": self.left}
        half = self.path.with_suffix(".new")
        half.write_text(json.dumps(facts), encoding="utf-8")
        half.replace(self.path)


class Door:
    """The gateway's API at one address."""

    def __init__(self, address: str, *, password: str, accounts: dict[str, str]) -> None:
        self.address = address.rstrip("/")
        self.accounts = accounts
        self._form = hashlib.md5(password.encode(), usedforsecurity=False).hexdigest().upper()
        self._tokens: dict[str, tuple[float, dict[str, str]]] = {}

    def send(self, path: str, kind: str, facility: str, data: bytes) -> str:
        """Send one file; the answer's maKetQua. Raises OSError where nobody answers."""
        fields = {
            "username": self.accounts[facility],
            "loaiHoSo": kind,
            "maTinh": facility[:2],
            "maCSKCB": facility,
            "fileHSBase64": base64.b64encode(data).decode(),
        }
        answer = self._post(path, fields, self._headers(facility))
        if answer.get("maKetQua") == UNAUTHORISED:  # the token ended early: once more with a fresh one
            self._tokens.pop(facility, None)
            answer = self._post(path, fields, self._headers(facility))
        if answer.get("maKetQua") != TAKEN:
            log.info("%s %s: %s %s", facility, path, answer.get("maKetQua"), answer.get("thongDiep", ""))
        return str(answer.get("maKetQua", ""))

    def _headers(self, facility: str) -> dict[str, str]:
        taken_at, headers = self._tokens.get(facility, (-TOKEN_SECONDS, {}))
        if clock.monotonic() - taken_at < TOKEN_SECONDS:
            return headers
        answer = self._post(TOKEN_PATH, {"username": self.accounts[facility], "password": self._form}, {})
        key = answer.get("APIKey") or {}
        headers = {
            "accessToken": key.get("access_token", ""),
            "tokenId": key.get("id_token", ""),
            "passwordHash": self._form,
        }
        self._tokens[facility] = (clock.monotonic(), headers)
        return headers

    def _post(self, path: str, fields: dict[str, str], headers: dict[str, str]) -> dict[str, Any]:
        body = urllib.parse.urlencode(fields).encode()
        request = urllib.request.Request(self.address + path, data=body, headers=headers)  # noqa: S310 - our own address
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            found: dict[str, Any] = json.load(answer)
        return found


def _visit_bytes(plan: Plan, seed: str, fault: Fault | None = None) -> bytes:
    written = tables.build(plan, seed=seed)
    held: dict[str, Rows] = written.tables
    if fault is not None:
        held = faults.spoil(written, Planted(fault, None)) or held
    delivery = Delivery(plan.facility, plan.end.date(), plan.code)
    return files.visits_bytes([held], delivery, written.generation)


class Feeder:
    """Sends a day's steps, one at each call of `step`."""

    def __init__(self, province: Province, door: Door, memory: Memory, steps: list[Step]) -> None:
        self.province, self.door, self.memory = province, door, memory
        self.steps = [step for step in steps if step.plan.facility.code in door.accounts]
        self._kept: list[tuple[str, bytes]] = []
        self._rng = stream(province.seed, "feeder", memory.day, "repeats")

    def step(self, moment: datetime) -> None:
        """Do what comes next at this moment. Raises OSError where the door does not answer."""
        if self.memory.done >= len(self.steps):
            self._repeat()
            return
        step = self.steps[self.memory.done]
        acts: dict[str, Callable[[Plan, datetime], None]] = {
            "check_in": self._check_in,
            "visit": self._visit,
            "faulty": self._faulty,
            "again": self._again,
            "repeat": lambda *_: self._repeat(),
        }
        acts[step.act](step.plan, moment)
        self.memory.done += 1
        self.memory.save()

    def _check_in(self, plan: Plan, moment: datetime) -> None:
        came = arrived(plan, moment)
        self.memory.came[plan.code] = came.isoformat()
        here = replace(plan, start=came, end=max(plan.end, came + timedelta(hours=1)))
        row = tables.check_in(here, seed=self.province.seed)
        data = files.check_in_bytes(row, plan.facility, tables.generation_on(came.date()))
        self.door.send(CHECK_IN_PATH, CHECK_IN_KIND, plan.facility.code, data)

    def _as_it_happened(self, plan: Plan, moment: datetime) -> Plan:
        left = datetime.fromisoformat(self.memory.left.setdefault(plan.code, moment.isoformat()))
        came = self.memory.came.get(plan.code)
        return stamped(plan, came=datetime.fromisoformat(came) if came else None, left=left)

    def _visit(self, plan: Plan, moment: datetime) -> None:
        self._send(plan.facility.code, _visit_bytes(self._as_it_happened(plan, moment), self.province.seed))

    def _faulty(self, plan: Plan, moment: datetime) -> None:
        wrong = [fault for fault in faults.kinds() if fault.name in ("total_off", "no_main_diagnosis", "orphan_line")]
        fault = stream(self.province.seed, plan.code, "feeder fault").choice(wrong)
        data = _visit_bytes(self._as_it_happened(plan, moment), self.province.seed, fault)
        self.door.send(VISIT_PATH, VISIT_KIND, plan.facility.code, data)

    def _again(self, plan: Plan, moment: datetime) -> None:
        """The same visit with a later end: another version of it."""
        self.memory.left[plan.code] = moment.isoformat()
        self._visit(plan, moment)

    def _send(self, facility: str, data: bytes) -> None:
        self.door.send(VISIT_PATH, VISIT_KIND, facility, data)
        self._kept = [*self._kept[1 - KEEP :], (facility, data)]

    def _repeat(self) -> None:
        """Bytes that were taken before, once more."""
        if not self._kept:
            self._kept = list(self._sent_before())
        if self._kept:
            facility, data = self._rng.choice(self._kept)
            self.door.send(VISIT_PATH, VISIT_KIND, facility, data)

    def _sent_before(self) -> Iterator[tuple[str, bytes]]:
        """The last files before a restart, built again to the same bytes."""
        sent = [step.plan for step in self.steps[: self.memory.done] if step.act == "visit"]
        for plan in sent[-KEEP:]:
            moment = datetime.fromisoformat(self.memory.left[plan.code])
            yield plan.facility.code, _visit_bytes(self._as_it_happened(plan, moment), self.province.seed)


def _read_province(home: Path) -> Province:
    facts = json.loads((home / "demo" / "province.json").read_text(encoding="utf-8"))
    facts.pop("covered_until")
    return Province(
        **{**facts, "start": date.fromisoformat(facts["start"]), "until": date.fromisoformat(facts["until"])}
    )


def _planned(province: Province, day: date) -> list[Step]:
    """The day's agenda, worked out in a process of its own: all lives need memory that this one need not keep."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(agenda, province, day).result()


def run(home: Path, address: str, stop: threading.Event) -> None:
    """Feed until `stop` is set."""
    province = _read_province(home)
    keys = json.loads((home / "demo" / "feeder.json").read_text(encoding="utf-8"))
    door = Door(address, password=keys["password"], accounts=keys["accounts"])
    pace = stream(province.seed, "pace")
    while not stop.is_set():
        day = today()
        feeder = Feeder(province, door, Memory.of(home, day), _planned(province, day))
        while not stop.is_set() and today() == day:
            wait = pace.uniform(*PACE_SECONDS)
            moment = now()
            if (moment.hour, moment.minute) >= (0, FIRST_MINUTE):
                try:
                    feeder.step(moment)
                except (OSError, ValueError) as error:  # no server yet, or no answer in JSON: the step is tried again
                    log.warning("gateway: %s", error)
                    wait = RETRY_SECONDS
            stop.wait(wait)


def main(argv: list[str]) -> int:
    logging.basicConfig(level=os.environ.get("SOYTE_LOG_LEVEL", "WARNING"), format="feeder: %(message)s")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run(Path(os.environ["SOYTE_HOME"]), argv[0], stop)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
