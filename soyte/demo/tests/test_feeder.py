"""The feeder's day: check-in before visit, the day's own number, then only what counts nothing; a restart goes on."""

import io
import json
import threading
from base64 import b64decode
from collections import Counter
from datetime import date, datetime, timedelta
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import pytest

from soyte.demo import feeder
from soyte.demo.feeder import Door, Feeder, Memory, agenda
from soyte.demo.province import frame
from soyte.demo.province.generate import Province
from soyte.formats.visitfile import read_check_in, read_visit, survey

DAY = date(2026, 9, 15)
PROVINCE = Province.of_years(people=1500, years=1, until=DAY - timedelta(days=1), seed="5", outbreaks=1)
MORNING = datetime(2026, 9, 15, 8)  # noqa: DTZ001 - local, as in the files


@pytest.fixture(scope="module")
def steps():
    return agenda(PROVINCE, DAY)


class Recorder:
    """A door that keeps what comes and answers as told."""

    def __init__(self):
        self.accounts = {code: f"gui-{code}" for code in frame.facilities()}
        self.sent = []

    def send(self, path, kind, facility, data):
        self.sent.append((path, kind, facility, data))
        return "200"


@pytest.fixture
def door():
    return Recorder()


def run(door, memory, steps, count, *, start=MORNING):
    machine = Feeder(PROVINCE, door, memory, steps)
    for index in range(count):
        machine.step(start + timedelta(seconds=10 * index))


def memory_at(tmp_path):
    (tmp_path / "demo").mkdir(exist_ok=True)
    return Memory.of(tmp_path, DAY)


def visit_of(data):
    found = survey(io.BytesIO(data))
    assert found.fatal is None
    start, end = found.visits[0]
    return read_visit(data[start:end], index=1, survey=found)


def test_the_same_day_has_the_same_agenda(steps):
    assert [(step.act, step.plan.code) for step in agenda(PROVINCE, DAY)] == [
        (step.act, step.plan.code) for step in steps
    ]


def test_every_check_in_comes_before_its_visit(steps):
    order = [(step.act, step.plan.code) for step in steps]
    for act, code in order:
        if act == "visit" and ("check_in", code) in order:
            assert order.index(("check_in", code)) < order.index(("visit", code))


def test_the_day_reaches_its_own_number_and_then_only_repeats(door, steps, tmp_path):
    run(door, memory_at(tmp_path), steps, len(steps) + 10)
    visits = [data for path, _, _, data in door.sent if path == feeder.VISIT_PATH]
    wanted = {step.plan.code for step in steps if step.act == "visit"}
    assert {visit_of(data).code for data in visits} == wanted
    before, after = door.sent[:-10], door.sent[-10:]
    assert all(item in before for item in after)


def test_a_visit_is_stamped_with_the_moment_and_begins_with_its_check_in(door, steps, tmp_path):
    run(door, memory_at(tmp_path), steps, len(steps))
    came = {}
    for path, kind, facility, data in door.sent:
        if path == feeder.CHECK_IN_PATH:
            row = read_check_in(data).rows[0].values
            assert (kind, row["MA_CSKCB"]) == ("0", facility)
            assert row["NGAY_VAO"][:8] == "20260915"
            came[row["MA_LK"]] = row["NGAY_VAO"]
        else:
            values = visit_of(data).summary.values
            assert values["NGAY_VAO"] < values["NGAY_RA"]
            assert "202609150800" <= values["NGAY_RA"] <= "202609151200"
            assert came.get(values["MA_LK"], values["NGAY_VAO"]) == values["NGAY_VAO"]


def test_a_restart_goes_on_and_sends_nothing_new_twice(door, steps, tmp_path):
    half = len(steps) // 2
    run(door, memory_at(tmp_path), steps, half)
    run(door, memory_at(tmp_path), steps, len(steps) - half, start=MORNING + timedelta(hours=1))
    again = Recorder()
    run(again, memory_at(tmp_path), steps, 5, start=MORNING + timedelta(hours=2))
    known = {data for _, _, _, data in door.sent}
    assert again.sent
    assert all(data in known for _, _, _, data in again.sent)
    visits = Counter(visit_of(data).code for path, _, _, data in door.sent if path == feeder.VISIT_PATH)
    assert set(visits) == {step.plan.code for step in steps if step.act == "visit"}


def test_a_new_day_begins_anew(tmp_path):
    memory = memory_at(tmp_path)
    memory.done = 7
    memory.save()
    assert Memory.of(tmp_path, DAY).done == 7
    assert Memory.of(tmp_path, DAY + timedelta(days=1)).done == 0


class _Gateway(BaseHTTPRequestHandler):
    """Speaks as the insurer's letters say; the first token ends at once."""

    def do_POST(self):
        fields = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        log = self.server.log
        if self.path == "/api/token/take":
            log.append(("token", fields))
            token = f"a{sum(kind == 'token' for kind, _ in log)}"
            answer = {"maKetQua": "200", "APIKey": {"access_token": token, "id_token": "i"}}
        elif self.headers["accessToken"] == "a1":
            answer = {"maKetQua": "401"}
        else:
            log.append(
                (self.path, {**fields, "tokenId": self.headers["tokenId"], "hash": self.headers["passwordHash"]})
            )
            answer = {"maKetQua": "200"}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def gateway():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Gateway)
    server.log = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_the_door_speaks_the_gateway_s_api(gateway):
    door = Door(f"http://127.0.0.1:{gateway.server_address[1]}/", password="mật khẩu", accounts={"70001": "gui-70001"})
    form = md5("mật khẩu".encode()).hexdigest().upper()
    for _ in range(2):
        assert door.send(feeder.VISIT_PATH, feeder.VISIT_KIND, "70001", b"<x/>") == "200"
    assert [kind for kind, _ in gateway.log] == ["token", "token", feeder.VISIT_PATH, feeder.VISIT_PATH]
    assert gateway.log[0][1] == {"username": "gui-70001", "password": form}
    sent = gateway.log[2][1]
    assert (sent["loaiHoSo"], sent["maTinh"], sent["maCSKCB"], sent["hash"]) == ("130", "70", "70001", form)
    assert b64decode(sent["fileHSBase64"]) == b"<x/>"
