"""What a command starts ends with it, however it ends."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from soyte.config import ports
from soyte.config.tests.houses import PATIENCE, House, living, reachable_folder, wait_until

pytestmark = pytest.mark.slow
SMALL = ("--people", "40", "--years", "1")


def numbered(home: Path, *words: str) -> list[int]:
    return sorted(number for number, line in living(home).items() if all(word in line for word in words))


class Running:
    """A command that serves pages, begun and answering."""

    def __init__(self, house: House, *command: str):
        self.house, self.port = house, ports.any_free("127.0.0.1")
        self.process = house.begin("-m", "soyte.config", *command, SOYTE_PORT=str(self.port))
        if not ports.wait_until_it_answers("127.0.0.1", self.port, seconds=PATIENCE):
            raise AssertionError(self.process.stderr.read() if self.process.poll() is not None else "no answer")

    def get(self, path: str) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            return answer.status

    def is_ready(self) -> bool:
        try:
            return self.get("/readyz") == 200
        except OSError:
            return False

    def count_of_livez(self) -> float:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=30) as answer:
            lines = answer.read().decode().splitlines()
        return sum(float(line.split()[1]) for line in lines if "answers_total" in line and 'view="web:livez"' in line)

    def end(self, number: int) -> None:
        self.process.send_signal(number)
        self.process.wait(PATIENCE)

    def assert_nothing_is_left(self) -> None:
        wait_until(lambda: not living(self.house.home))
        assert ports.is_free("127.0.0.1", self.port)


@pytest.fixture(scope="module")
def small():
    """A home with a small demo province."""
    made = House(reachable_folder() / "home")
    demo = Running(made, "demo", *SMALL)
    demo.end(signal.SIGINT)
    demo.assert_nothing_is_left()
    yield made
    made.close()
    made.home.parent.rmdir()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_demo_that_is_told_to_stop_leaves_nothing(small, number):
    demo = Running(small, "demo")
    assert numbered(small.home, "soyte.demo.feeder")
    assert numbered(small.home, "worker")
    demo.end(number)
    out, err = demo.process.communicate()
    assert demo.process.returncode == 0, err
    assert "Đã dừng." in out
    assert not living(small.home)  # at once: the command waited for all of it
    demo.assert_nothing_is_left()


def test_a_killed_demo_leaves_nothing_and_starts_again(small):
    demo = Running(small, "demo")
    demo.end(signal.SIGKILL)
    demo.assert_nothing_is_left()
    Running(small, "demo").end(signal.SIGINT)


@pytest.mark.parametrize("which", ["main", "worker"])
def test_the_killed_web_server_is_started_again_and_leaves_nobody_behind(small, which):
    demo = Running(small, "demo", "--no-feeder")
    first, *rest = numbered(small.home, "granian")
    assert len(rest) == 1
    victim = first if which == "main" else rest[0]
    os.kill(victim, signal.SIGKILL)
    wait_until(lambda: len(found := numbered(small.home, "granian")) == 2 and victim not in found)
    assert ports.wait_until_it_answers("127.0.0.1", demo.port, seconds=PATIENCE)
    if which == "main":
        assert not {first, *rest} & {*numbered(small.home, "granian")}
    demo.end(signal.SIGINT)
    demo.assert_nothing_is_left()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_database_that_ends_under_a_running_demo_is_started_again(small, number):
    demo = Running(small, "demo", "--no-feeder")
    postmaster = small.home / "db" / "data" / "postmaster.pid"
    first = int(postmaster.read_text().split()[0])
    os.kill(first, number)
    wait_until(lambda: postmaster.exists() and postmaster.read_text().split()[:1] != [str(first)])
    wait_until(lambda: demo.is_ready())
    demo.end(signal.SIGINT)
    demo.assert_nothing_is_left()


def test_a_second_demo_of_the_same_home_is_refused(small):
    demo = Running(small, "demo", "--no-feeder")
    refused = small.soyte("demo", SOYTE_PORT=str(ports.any_free("127.0.0.1")))
    assert refused.returncode == 2
    assert "đang chạy" in refused.stderr
    assert demo.get("/livez") == 200
    demo.end(signal.SIGINT)


@pytest.mark.parametrize("command", ["demo", "serve"])
def test_a_port_in_use_is_named_before_anything_is_started(house, command):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = house.soyte(command, SOYTE_PORT=str(port))
    assert refused.returncode == 2
    assert f"Cổng {port}" in refused.stderr
    assert "SOYTE_PORT=" in refused.stderr
    assert not (house.home / "db").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_demo_that_is_stopped_while_it_fills_its_home_leaves_nothing_and_goes_on_later(house, number):
    demo = house.begin("-m", "soyte.config", "demo", *SMALL, SOYTE_PORT=str(ports.any_free("127.0.0.1")))
    wait_until(lambda: (house.home / "demo" / "province.json").exists())
    demo.send_signal(number)
    demo.wait(PATIENCE)
    wait_until(lambda: not living(house.home))
    if number != signal.SIGINT:
        return  # one way of going on is enough
    again = Running(house, "demo", *SMALL)
    assert json.loads((house.home / "demo" / "province.json").read_text())["covered_until"]
    again.end(signal.SIGINT)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_web_server_that_ends_leaves_nothing(house, number):
    serving = Running(house, "serve", "--workers", "2")
    assert serving.get("/readyz") == 200
    assert len(numbered(house.home, "granian")) == 3
    before = serving.count_of_livez()
    for _ in range(12):
        serving.get("/livez")
    assert serving.count_of_livez() == before + 12  # whichever process answered
    serving.end(number)
    serving.assert_nothing_is_left()
    assert serving.process.returncode == (-signal.SIGKILL if number == signal.SIGKILL else 0)


def test_logs_are_json_without_what_a_page_was_asked_for(small):
    demo = Running(small, "demo", "--no-feeder")
    with pytest.raises(urllib.error.HTTPError):
        demo.get("/khong-co-trang-nay/?q=Nguyen+Van+Bi")
    wait_until(lambda: (small.home / "log" / "worker.log").stat().st_size > 0)
    demo.end(signal.SIGINT)
    told = [line for path in (small.home / "log").glob("*.log") for line in path.read_text().splitlines()]
    assert all({"event", "level", "timestamp"} <= json.loads(line).keys() for line in told)
    assert not [line for line in told if "Nguyen" in line or "khong-co-trang" in line or "127.0.0.1" in line]


def test_a_child_of_a_parent_that_is_already_gone_ends():
    code = (
        "import os, time\nfrom soyte.kernel.processes import die_with_parent\n"
        "die_with_parent(os.getppid() + 1)\nprint('lives')\ntime.sleep(60)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == -signal.SIGTERM
    assert done.stdout == ""
