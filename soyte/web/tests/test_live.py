"""Who may follow what, and what a server without lines answers."""

import pytest
from django.test import Client

from soyte.kernel.access.tests.people import account, post, unit
from soyte.kernel.live.answers import HEADER, Following
from soyte.kernel.live.telling import changed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]


def client_of(role):
    holder = account()
    post(holder, role, unit("Sở Y tế", kind="department"))
    client = Client()
    client.force_login(holder)
    return client


def test_nobody_follows_without_signing_in(client):
    assert client.get("/su-kien/?topic=figures").status_code == 302


def test_a_topic_is_followed_by_whoever_holds_its_permission():
    told = client_of("data_officer").get("/su-kien/?topic=figures&topic=unknown&since=1795670249744")
    assert Following.read(told[HEADER]) == Following(("figures",), 1795670249744)
    assert Following.read(client_of("desk_officer").get("/su-kien/?topic=figures")[HEADER]).topics == ()


@pytest.mark.parametrize("since", ["", "-1", "x", "9" * 40, "²"])
def test_what_is_no_moment_is_never(since):
    told = client_of("data_officer").get("/su-kien/", {"topic": "figures", "since": since})
    assert Following.read(told[HEADER]).since == 0


def test_a_page_that_polls_is_answered_at_once():
    answer = client_of("data_officer").get("/su-kien/?topic=figures&once")
    assert HEADER not in answer
    assert b"event: poll" in answer.content


def test_only_declared_topics_are_told_of():
    with pytest.raises(LookupError):
        changed("figures", "weather")
