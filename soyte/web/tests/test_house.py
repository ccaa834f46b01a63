"""Start page, search, errors, health, headers."""

import gc
import gzip
import json
import re
from unittest.mock import Mock

import pytest
from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError
from django.http import HttpResponse
from django.test import RequestFactory

from soyte.kernel.access.roles import roles
from soyte.kernel.access.tests.people import account, post, unit
from soyte.kernel.access.web import NoRight
from soyte.kernel.live.answers import CONTENT_TYPE
from soyte.ui import xlsx
from soyte.ui.components import Hit, PublicFigure, Waiting
from soyte.web import errors, finding, health, starting, warming
from soyte.web.context import links
from soyte.web.middleware import Compressed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]


@pytest.fixture
def officer(client):
    person = account("vinh.quach", display_name="Quách Vinh")
    post(person, "it_officer", unit("Bệnh viện A"))
    client.force_login(person, backend="soyte.kernel.accounts.backends.AccountBackend")
    return person


class Room:
    """A room's start.py and search.py."""

    @staticmethod
    def waiting(actor):
        return [
            Waiting("Việc thường", 2, "#", "files"),
            Waiting("Việc gấp", 3, "#", "files", "bad"),
            Waiting("Hết việc", 0, "#", "files"),
        ]

    @staticmethod
    def public_figures():
        return [PublicFigure(131, "cơ sở đang gửi")]

    @staticmethod
    def search(actor, query):
        return [Hit(f"Người {number}", "sinh 1968", "#", "Người dân") for number in range(12)]


def test_the_start_page_says_what_waits_and_what_may_be_done(client, officer, monkeypatch):
    monkeypatch.setattr(starting, "modules", lambda name: (Room,))
    page = client.get("/").content.decode()
    assert page.index("Việc gấp") < page.index("Việc thường")
    assert "Hết việc" not in page
    assert page.count("<h1") == 1 and 'id="chuc-nang"' in page


def test_an_account_without_a_post_is_told_whom_to_ask(client):
    client.force_login(account("moi"), backend="soyte.kernel.accounts.backends.AccountBackend")
    assert "chưa có chức danh" in client.get("/").content.decode()


def test_search_groups_hits_by_kind_and_shows_ten(client, officer, monkeypatch):
    monkeypatch.setattr(finding, "modules", lambda name: (Room,))
    page = client.post("/tim/", {"q": "trang"}, follow=True).content.decode()
    assert "Người 9" in page and "Người 10" not in page
    assert "Gõ thêm chữ" in page


def test_search_without_words_finds_nothing_and_asks_nobody(client, officer, monkeypatch):
    monkeypatch.setattr(finding, "modules", lambda name: pytest.fail("asked"))
    assert client.post("/tim/", {"q": " "}, follow=True).status_code == 200
    assert client.get("/tim/?q=trang").status_code == 200  # an address asks for nothing by itself


def test_no_two_entries_share_a_letter(rf, officer):
    from soyte.kernel.access.actor import actor_for

    keys = [link.key for link in links(actor_for(officer), "/") if link.key]
    assert len(keys) == len(set(keys))


def test_public_figures_are_got_once_a_minute(client, monkeypatch):
    monkeypatch.setattr(starting, "modules", lambda name: (Room,))
    monkeypatch.setattr(starting, "_figures", (0.0, []))
    assert "cơ sở đang gửi" in client.get("/dang-nhap/").content.decode()
    monkeypatch.setattr(starting, "modules", lambda name: pytest.fail("asked again"))
    assert "131" in client.get("/dang-nhap/").content.decode()


def test_every_answer_carries_its_time_and_its_guards(client):
    for address in ("/dang-nhap/", "/livez", "/khong-co"):
        answer = client.get(address)
        assert re.fullmatch(r"total;dur=\d+\.\d", answer["Server-Timing"])
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["X-Content-Type-Options"] == "nosniff"
        policy = answer["Content-Security-Policy"]
        assert "script-src 'self'" in policy and "style-src 'self'" in policy and "unsafe" not in policy


def test_a_page_goes_compressed_to_who_can_read_it(client, officer):
    plain, packed = client.get("/"), client.get("/", headers={"accept-encoding": "gzip"})
    assert "Content-Encoding" not in plain and packed["Content-Encoding"] == "gzip"
    assert '<html lang="vi"' in gzip.decompress(packed.content).decode()
    assert len(packed.content) < min(len(plain.content) / 2, 15 * 1024)


@pytest.mark.parametrize("kind", [xlsx.MEDIA_TYPE, "application/pdf", "image/webp", CONTENT_TYPE])
def test_what_is_packed_or_stays_open_goes_as_it_is(rf, kind):
    answered = Compressed(lambda _: HttpResponse("x" * 1000, content_type=kind))
    assert answered(rf.get("/", headers={"accept-encoding": "gzip"})).content == b"x" * 1000


def test_an_unknown_address_is_a_page_of_ours(client, officer):
    answer = client.get("/khong-co")
    assert answer.status_code == 404
    assert "Không có trang này" in answer.content.decode()


def test_a_missing_right_says_why(rf, officer):
    request = rf.get("/x")
    request.LANGUAGE_CODE = "vi"
    answer = errors.forbidden(request, NoRight("Chức danh của bạn không có quyền đọc."))
    assert answer.status_code == 403
    assert "không có quyền đọc" in answer.content.decode()


def test_a_fault_of_ours_shows_a_code_and_logs_no_message(capsys, monkeypatch):
    request = RequestFactory().get("/x")
    request.request_id = "7f3a20c0d1"
    kept = []
    monkeypatch.setattr(errors.log, "error", lambda event, **facts: kept.append(facts), raising=False)
    try:
        raise ValueError("Nguyễn Văn An, 075197000008")
    except ValueError:
        answer = errors.failed(request)
    assert answer.status_code == 500
    assert "7F3A-20C" in answer.content.decode()
    assert kept[0]["code"] == "7F3A-20C" and kept[0]["kind"] == "ValueError"
    assert "075197000008" not in json.dumps(kept)


def test_a_request_that_cannot_be_read_is_refused_kindly(rf):
    assert errors.bad_request(rf.get("/x"), SuspiciousOperation()).status_code == 400


def test_livez_asks_nothing_of_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/livez").status_code == 200


def test_readyz_names_what_is_not_ready(client, settings, tmp_path, monkeypatch):
    settings.SOYTE_KEYS = str(tmp_path)
    assert client.get("/readyz").json() == {
        "ready": True,
        "checks": {"database": "ok", "migrations": "ok", "keys": "ok"},
    }
    settings.SOYTE_KEYS = str(tmp_path / "gone")
    answer = client.get("/readyz")
    assert answer.status_code == 503 and answer.json()["checks"]["keys"] == "failed"
    monkeypatch.setitem(health.CHECKS, "database", lambda: 1 / 0)
    assert client.get("/readyz").json()["checks"]["database"] == "failed"


def test_a_process_loads_what_its_first_readers_need_though_the_database_is_away(monkeypatch):
    def away():
        raise OperationalError

    closed = Mock()
    monkeypatch.setattr(warming, "connections", closed)
    monkeypatch.setattr(warming, "load_map", away)
    monkeypatch.setattr(gc, "freeze", lambda: None)
    roles.cache_clear()
    warming.load()
    assert roles.cache_info().currsize == 1
    closed.close_all.assert_called_once_with()


def test_metrics_are_for_the_machine_itself_or_a_token(client, settings):
    assert b"soyte_http_seconds" in client.get("/metrics").content
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.7").status_code == 403
    assert client.get("/metrics", headers={"x-forwarded-for": "10.0.0.7"}).status_code == 403
    settings.SOYTE_METRICS_TOKEN = "bí mật"
    assert client.get("/metrics").status_code == 403


def test_the_story_page_is_for_the_demo_only(client, settings):
    settings.SOYTE_DEMO = settings.DEBUG = False
    assert client.get("/_ui/").status_code == 404
    settings.SOYTE_DEMO = True
    assert client.get("/_ui/").status_code == 200
