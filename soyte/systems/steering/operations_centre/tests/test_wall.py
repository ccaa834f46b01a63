"""A wall screen's link: made, seen without an account, taken back; what it shows and what it never shows."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from soyte.clinical.encounters.tests.visits import facility, visit
from soyte.kernel.access.actor import actor_for
from soyte.kernel.access.policy import Refused
from soyte.kernel.access.tests.people import account, post, signed_in, unit
from soyte.kernel.audit.models import AuditEvent
from soyte.kernel.live.answers import HEADER
from soyte.systems.steering.operations_centre import screens
from soyte.systems.steering.operations_centre.models import Screen

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]


@pytest.fixture
def officer():
    who = account("truc.ban")
    post(who, "duty_officer", unit("Sở Y tế", kind="department"))
    return actor_for(who)


def wall(token, part="wall"):
    return Client().get(reverse(f"operations_centre:{part}", args=[token]))


def test_a_link_opens_the_board_without_an_account_and_leads_nowhere(officer):
    _screen, token = screens.make(officer, name="Phòng họp", look="dark")
    visit(at=timezone.now(), ended_at=timezone.now())
    shown = wall(token)
    text = shown.content.decode()
    assert shown.status_code == 200 and 'data-bs-theme="dark"' in text and "Lượt khám hôm nay" in text
    assert "/so-lieu/" not in text and "/dong/" not in text and "Họ tên" not in text
    assert shown["Cache-Control"].startswith("max-age=0")
    assert not Screen.objects.filter(token_sha256=token).exists()  # the link itself is not kept


def test_only_the_hash_is_kept_and_a_wrong_link_opens_nothing(officer):
    _screen, token = screens.make(officer, name="Phòng họp", look="dark")
    assert token not in str(Screen.objects.values())
    for part in ("wall", "wall_events"):
        assert wall(token + "x", part).status_code in (403, 404)


def test_a_revoked_link_sends_the_open_page_to_its_end(officer):
    screen, token = screens.make(officer, name="Phòng họp", look="light")
    assert wall(token, "wall_events")[HEADER]
    screens.revoke(officer, screen.pk)
    screens.revoke(officer, screen.pk)  # twice is once
    gone = wall(token)
    assert gone.status_code == 404 and "không mở màn hình nào" in gone.content.decode()
    assert wall(token, "wall_board")["HX-Refresh"] == "true"
    assert wall(token, "wall_events").status_code == 403
    acts = AuditEvent.objects.filter(action="screens.manage", object_id=str(screen.pk))
    assert sorted(event.details["act"] for event in acts) == ["make", "revoke"]


def test_a_screen_says_when_it_was_seen_and_is_audited(officer):
    screen, token = screens.make(officer, name="Phòng họp", look="dark")
    wall(token)
    screen.refresh_from_db()
    assert timezone.now() - screen.seen_at < dt.timedelta(minutes=1)
    assert AuditEvent.objects.filter(action="centre.read", object_kind="screen", object_id=str(screen.pk)).exists()


def test_a_labelled_diagnosis_among_few_is_hidden_and_hiv_is_never_named(officer):
    _screen, token = screens.make(officer, name="Phòng họp", look="dark")
    now = timezone.now()
    visit(unit=facility(), at=now, ended_at=now, main_icd="B20", main_icd_chapter="I", labels=["hiv"])
    text = wall(token, "wall_board").content.decode()
    assert "dưới 5" in text


def test_names_are_given_once_until_taken_back(officer):
    screen, _token = screens.make(officer, name="Phòng họp", look="dark")
    with pytest.raises(screens.NameTaken):
        screens.make(officer, name="Phòng họp", look="light")
    screens.revoke(officer, screen.pk)
    screens.make(officer, name="Phòng họp", look="light")


def test_without_the_right_nobody_makes_or_revokes(officer, client):
    screen, _token = screens.make(officer, name="Phòng họp", look="dark")
    who = account("lanhdao.khac")
    post(who, "director", unit("Sở Y tế 2", kind="department"))
    with pytest.raises(Refused):
        screens.make(actor_for(who), name="Khác", look="dark")
    with pytest.raises(Refused):
        screens.revoke(actor_for(who), screen.pk)
    assert signed_in(client, "director", unit("Sở", kind="department")).get("/dieu-hanh/man-hinh/").status_code == 403


def test_the_page_makes_a_link_shows_it_once_and_takes_it_back(client):
    client = signed_in(client, "duty_officer", unit("Sở Y tế", kind="department"))
    address = reverse("operations_centre:screens")
    made = client.post(address, {"name": "Sảnh", "look": "light"}).content.decode()
    assert "/dieu-hanh/tuong/" in made
    assert client.post(address, {"name": "Sảnh", "look": "light"}).status_code == 400
    assert client.post(address, {}).status_code == 400
    assert "/dieu-hanh/tuong/" not in client.get(address).content.decode()
    screen = Screen.objects.get()
    assert client.post(reverse("operations_centre:revoke_screen", args=[screen.pk])).status_code == 302
    assert "Đã thu" in client.get(address).content.decode()
