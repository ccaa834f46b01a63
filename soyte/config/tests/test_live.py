"""Open pages under a real server: all are told, pages are still made, and nothing keeps the server from stopping."""

import contextlib
import http.client
import http.cookiejar
import json
import re
import signal
import urllib.parse
import urllib.request

import pytest

from soyte.config.tests.houses import PATIENCE, House, reachable_folder, wait_until
from soyte.config.tests.test_processes import SMALL, Running

pytestmark = pytest.mark.slow
LINES = 50
RESTART = "from soyte.config import postgres; postgres.stop(); postgres.start()"


@pytest.fixture(scope="module")
def small():
    made = House(reachable_folder() / "home")
    yield made
    made.close()
    made.home.parent.rmdir()


@pytest.fixture
def demo(small):
    running = Running(small, "demo", "--no-feeder", *SMALL)
    yield running
    if running.process.poll() is None:
        running.end(signal.SIGINT)
    running.assert_nothing_is_left()


def signed_in(demo):
    """The cookie header of a session of the data officer."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    address = f"http://127.0.0.1:{demo.port}/dang-nhap/"
    users = json.loads((demo.house.home / "demo-users.json").read_text())["users"]
    officer = next(user for user in users if user["role"] == "data_officer")
    form = browser.open(address, timeout=PATIENCE).read().decode()
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)', form)[1]
    said = {"csrfmiddlewaretoken": token, "username": officer["username"], "password": officer["password"]}
    browser.open(address, urllib.parse.urlencode(said).encode(), timeout=PATIENCE)
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


class Line:
    """A page's line, as a browser opens it."""

    def __init__(self, demo, cookie, since="0"):
        self.link = http.client.HTTPConnection("127.0.0.1", demo.port, timeout=PATIENCE)
        self.link.request("GET", f"/su-kien/?topic=figures&since={since}", headers={"Cookie": cookie})
        self.answer = self.link.getresponse()
        self.mark = ""

    def event(self):
        """The next event but the heart's beats, as (name, data); None at the end of the line."""
        event, data = "", ""
        while line := self.answer.readline().decode():
            name, _, value = line.rstrip("\n").partition(": ")
            if name == "id":
                self.mark = value
            event, data = (value if name == "event" else event), (value if name == "data" else data)
            if line == "\n" and event:
                if event != "beat":
                    return event, data
                event = ""
        return None


def test_fifty_open_pages_are_told_while_other_pages_are_made(demo, small):
    cookie = signed_in(demo)
    lines = [Line(demo, cookie) for _ in range(LINES)]
    for line in lines:
        assert line.answer.status == 200
        assert line.event() == ("ready", "1")
        assert line.event() == ("changed", "figures")  # it may have changed since 1970
    assert demo.get("/livez") == 200
    small.sql("select pg_notify('soyte_live', 'figures'), pg_notify('soyte_live', 'unknown')")
    assert {line.event() for line in lines} == {("changed", "figures")}


def test_a_page_that_comes_back_is_told_what_it_missed_and_nothing_else(demo, small):
    cookie = signed_in(demo)
    first = Line(demo, cookie)
    assert [first.event(), first.event()] == [("ready", "1"), ("changed", "figures")]
    since = str(int(first.mark) + 3_600_000)  # nothing can have changed after that
    back = Line(demo, cookie, since)
    assert back.event() == ("ready", "1")
    small.sql("select pg_notify('soyte_live', 'figures')")
    assert back.event() == ("changed", "figures")
    assert int(back.mark) < int(since)  # it was told of the new change, not of an old one


def test_lines_end_with_the_database_and_come_back_with_it(demo, small):
    cookie = signed_in(demo)
    line = Line(demo, cookie)
    assert line.event() == ("ready", "1")
    assert small.run("-c", RESTART).returncode == 0
    while line.event():
        pass

    def comes_back():
        again = Line(demo, cookie, line.mark)
        return again.answer.status == 200 and again.event() == ("ready", "1") and again.event()

    wait_until(lambda: comes_back() == ("changed", "figures"))  # nobody listened meanwhile


def test_the_server_stops_under_open_pages(demo):
    lines = [Line(demo, signed_in(demo)) for _ in range(3)]
    demo.end(signal.SIGINT)
    for line in lines:
        with contextlib.suppress(http.client.HTTPException, ConnectionError):
            while line.event():
                pass
    assert demo.process.returncode == 0


def test_half_of_a_body_is_no_body(demo):
    """Who goes away in the middle of what he sends has sent nothing."""
    cookie = signed_in(demo)
    link = http.client.HTTPConnection("127.0.0.1", demo.port, timeout=PATIENCE)
    link.putrequest("POST", "/giao-dien/")
    for name, value in (
        ("Cookie", cookie),
        ("Content-Length", "1000"),
        ("Content-Type", "application/x-www-form-urlencoded"),
    ):
        link.putheader(name, value)
    link.endheaders(b"theme=dark&next=/")
    link.close()
    for _ in range(8):  # no thread waits for the rest
        assert demo.get("/livez") == 200
