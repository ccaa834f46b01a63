"""The demo's home: a synthetic province until yesterday, received through the ordinary intake, and its accounts.

`prepare` is safe to call at every start: it does what is missing. A first start writes the province's files month by
month in a process of its own, while this one receives those that are ready.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from soyte.demo import scaled, staff
from soyte.demo.accounts import demo_users, feeder_keys
from soyte.demo.province import files, generate
from soyte.demo.province.background import WriterError, written_months
from soyte.demo.province.generate import Province
from soyte.systems.care.visit_intake.cli import ingest

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
PEOPLE, YEARS = 10_000, 3
STATE_FILE = "demo/province.json"
MONTHS_AT_ONCE = 9  # starting the receiving processes costs some seconds each time
LIVE_DAYS = 180  # files of so many last days came on their day; older ones on the first of these
OPEN_DAYS = 75  # a later file may still be written into folders of so many last days (check-ins of long stays)


@dataclass(frozen=True, slots=True)
class State:
    """What the home knows of its province. `covered_until`: the last day whose visits are in; None = not yet filled."""

    province: Province
    covered_until: date | None


class FillingError(Exception):
    """The province could not be written; the message says why."""


def today() -> date:
    return datetime.now(LOCAL).date()


def read_state(home: Path) -> State | None:
    path = home / STATE_FILE
    if not path.is_file():
        return None
    facts = json.loads(path.read_text(encoding="utf-8"))
    days = {name: date.fromisoformat(facts[name]) for name in ("start", "until")}
    covered = facts.pop("covered_until")
    return State(Province(**{**facts, **days}), date.fromisoformat(covered) if covered else None)


def _write_state(home: Path, state: State) -> None:
    facts = asdict(state.province) | {"covered_until": state.covered_until}
    path = home / STATE_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".new")
    half.write_text(json.dumps(facts, default=str, indent=1), encoding="utf-8")
    half.replace(path)


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - the demo's terminal


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def prepare(home: Path, *, people: int = PEOPLE, years: int = YEARS, seed: str = "1", day: date | None = None) -> None:
    """Make the home a living province until the day before `day` (today): accounts, content, visits.

    A first call takes minutes, a later one seconds; one that was cut short goes on with the same province, and files
    that had been received are not counted again. Raises FillingError, DemoIncompleteError, and faults of the intake.
    """
    yesterday = (day or today()) - timedelta(days=1)
    demo_users(home)
    feeder_keys(home)
    state = read_state(home)
    if state is None:
        state = State(Province.of_years(people=people, years=years, until=yesterday, seed=seed, outbreaks=None), None)
        _write_state(home, state)
    if state.covered_until is None:
        scaled.load(state.province)
        _fill(home, state.province)
        state = replace(state, covered_until=state.province.until)
        _write_state(home, state)
        demo_users(home)  # the citizen among them, now that there are people
    covered = state.covered_until
    if covered is not None and covered < yesterday:
        _catch_up(home, state.province, since=covered + timedelta(days=1), until=yesterday)
        _write_state(home, replace(state, covered_until=yesterday))
    staff.work()


def _received_at(path: str, *, since: date, until: date) -> datetime:
    """When a file came, at the latest now; what is older than `since` came on that day, as the history of a new installation."""
    sent = max(files.sent_at(Path(path).name, LOCAL, until=until), datetime.combine(since, time(), LOCAL))
    return min(sent, datetime.now(LOCAL))


def _fill(home: Path, province: Province) -> None:
    _say(
        f"Sinh tỉnh minh hoạ: {_grouped(province.people)} người, {province.start:%d/%m/%Y} đến {province.until:%d/%m/%Y}. "
        "Lần đầu mất vài phút."
    )
    with tempfile.TemporaryDirectory(dir=home / "demo", prefix="files-") as folder:
        received = 0
        for months in _ready(province, Path(folder)):
            paths = [path for path in (Path(folder) / month for month in months) if path.is_dir()]
            came = partial(_received_at, since=province.until - timedelta(days=LIVE_DAYS), until=province.until)
            result = ingest([str(path) for path in paths], received_at=came)
            received += result.accepted
            _say(
                f"  {months[-1]}: đã nhận {_grouped(received)} lượt khám, từ chối {result.rejected} "
                f"({result.seconds:.0f} giây)"
            )
            for path in paths:
                shutil.rmtree(path)
        shutil.rmtree(home / "demo" / "truth", ignore_errors=True)
        shutil.copytree(Path(folder) / "truth", home / "demo" / "truth")


def _ready(province: Province, folder: Path) -> Iterator[list[str]]:
    """Months whose files are all there, some at a time; the last come when the writer has ended."""
    last_closed = f"{province.until - timedelta(days=OPEN_DAYS):%Y-%m}"
    waiting: list[str] = []
    try:
        for month in written_months(province, folder):
            if month < last_closed:
                waiting.append(month)
            if len(waiting) >= MONTHS_AT_ONCE:
                yield waiting
                waiting = []
    except WriterError as error:
        raise FillingError(
            f"Không ghi được tệp của tỉnh minh hoạ (mã {error.status}); xem chỗ trống trên đĩa."
        ) from error
    rest = sorted(path.name for path in folder.iterdir() if path.is_dir() and path.name != "truth")
    if rest:
        yield rest


def _catch_up(home: Path, province: Province, *, since: date, until: date) -> None:
    """The days on which the demo did not run, as the province's lives would have gone on."""
    _say(f"Bổ sung lượt khám từ {since:%d/%m/%Y} đến {until:%d/%m/%Y}.")
    with tempfile.TemporaryDirectory(dir=home / "demo", prefix="files-") as folder:
        generate.write_days(province, Path(folder), since=since, until=until)
        result = ingest([folder], received_at=partial(_received_at, since=since, until=until))
    _say(f"  Đã nhận {_grouped(result.accepted)} lượt khám, từ chối {result.rejected}.")
