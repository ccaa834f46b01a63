import asyncio

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse

from soyte.kernel.access.actor import actor_for
from soyte.kernel.access.middleware import ActorMiddleware
from soyte.kernel.access.tests.people import account, actor, unit
from soyte.kernel.access.web import NoRight, requires
from soyte.kernel.audit.models import AuditEvent


@requires("units.read")
def units_page(request):
    return HttpResponse("units")


@requires("signed-in")
def start_page(request):
    return HttpResponse("start")


@requires("public")
def live(request):
    return HttpResponse("ok")


@requires("units.read")
async def events(request):
    return HttpResponse("events")


def asked(rf, somebody, path="/don-vi/?q=1"):
    request = rf.get(path)
    request.actor = somebody
    return request


@pytest.mark.django_db
def test_a_page_answers_whoever_holds_its_permission(rf):
    doctor = actor("doctor", unit())
    assert units_page(asked(rf, doctor)).content == b"units"
    assert start_page(asked(rf, doctor)).content == b"start"
    assert asyncio.run(events(asked(rf, doctor))).content == b"events"
    assert units_page.permission == "units.read"


@pytest.mark.django_db
def test_nobody_signed_in_is_led_to_the_sign_in_page(rf):
    nobody = actor_for(None)
    answer = units_page(asked(rf, nobody))
    assert (answer.status_code, answer.url) == (302, "/dang-nhap/?next=/don-vi/%3Fq%3D1")
    assert start_page(asked(rf, nobody)).status_code == 302
    assert live(asked(rf, nobody)).content == b"ok"
    assert asyncio.run(events(asked(rf, nobody))).status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("came", "back"),
    [("http://testserver/ca-benh/7/?xem=1", "/ca-benh/7/%3Fxem%3D1"), ("https://other.example/x/", "/"), ("", "/")],
)
def test_who_sent_something_after_the_session_ended_comes_back_to_the_page_and_is_told(rf, came, back):
    request = rf.post("/ca-benh/7/luu/", headers={"referer": came})
    request.actor = actor_for(None)
    assert units_page(request).url == f"/dang-nhap/?next={back}&mat=1"
    part = rf.post("/ca-benh/7/luu/", headers={"hx-request": "true", "hx-current-url": came})
    part.actor = actor_for(None)
    answer = units_page(part)
    assert (answer.status_code, answer["HX-Redirect"]) == (200, f"/dang-nhap/?next={back}&mat=1")


@pytest.mark.django_db
def test_a_page_without_the_right_says_why_and_is_recorded(rf):
    somebody = actor("gateway", unit())
    with pytest.raises(NoRight) as refused:
        units_page(asked(rf, somebody))
    assert "Xem đơn vị" in refused.value.why
    event = AuditEvent.objects.get(account=somebody.account)
    assert (event.outcome, event.action, event.object_id) == ("refused", "units.read", "/don-vi/")


@pytest.mark.django_db
def test_the_actor_is_read_when_somebody_asks(rf, django_assert_num_queries):
    def view(request):
        return HttpResponse(request.actor.text if "ai" in request.path else "")

    holder = account("bs.an")
    for path, queries, text in (("/", 0, b""), ("/ai/", 1, b"bs.an")):
        request = rf.get(path, headers={"X-Request-Id": "abc-12345"})
        request.user = holder
        with django_assert_num_queries(queries):
            answer = ActorMiddleware(view)(request)
        assert (answer.content, answer["X-Request-Id"]) == (text, "abc-12345")
    request = rf.get("/ai/", headers={"X-Request-Id": "bad value\n"})
    request.user = AnonymousUser()
    answer = ActorMiddleware(view)(request)
    assert (answer.content, len(answer["X-Request-Id"])) == (b"anonymous", 32)
