"""Finding a person: by any words, without a health fact, and on record."""

import pytest
from django.test import Client
from django.urls import reverse

from soyte.clinical.encounters.models import Encounter
from soyte.kernel.audit.models import AuditEvent
from soyte.kernel.people.models import Identifier, Person
from soyte.systems.care.health_record.search import search
from soyte.systems.care.health_record.tests.people import BACKEND, ELSEWHERE, came, condition, days_ago, doctor, person
from soyte.ui import searches

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
ADDRESS = "/nguoi-dan/"


@pytest.fixture
def inside(client):
    client.force_login(doctor().account, backend=BACKEND)
    return client


@pytest.fixture
def hoa():
    known = person("Nguyễn Thị Hoa", phone="0912345678")
    Identifier.objects.create(person=known, kind=Identifier.Kind.CITIZEN, value="070168000123")
    Identifier.objects.create(person=known, kind=Identifier.Kind.INSURANCE, value="7512345678")
    return known


def found(client, typed):
    return client.post(ADDRESS, {"q": typed}, follow=True)


@pytest.mark.parametrize("typed", ["nguyễn thị hoa", "nguyen thi hoa", "hoa nguyen", "HOA THỊ 1968", "070168000123", "0912 345 678", "DN4757512345678", "04/03/1968", "1968-03-04"])  # fmt: skip
def test_a_person_is_found_by_words_in_any_order_numbers_phone_and_birth(inside, hoa, typed):
    page = found(inside, typed).content.decode()
    assert "Nguyễn Thị Hoa" in page and str(hoa.pk) in page


def test_a_hit_shows_four_digits_and_no_health_fact(inside, hoa):
    condition(came(hoa, 20, ELSEWHERE, main_icd="E11.9", discharge_diagnosis="Đái tháo đường"), "E11.9")
    page = found(inside, "nguyen hoa").content.decode()
    assert "•••• 0123" in page and "070168000123" not in page
    assert not [fact for fact in ("E11", "Đái tháo đường", "Cơ sở 70002") if fact in page]


def test_a_search_is_on_record_for_each_person_it_showed(inside, hoa):
    other = person("Nguyễn Văn Hoa")
    found(inside, "nguyen hoa")
    events = AuditEvent.objects.filter(action="record.search")
    assert set(events.values_list("person_id", flat=True)) == {hoa.pk, other.pk}


def test_nothing_that_was_typed_stands_in_an_address_and_the_page_can_be_asked_again(inside, hoa):
    answer = found(inside, "070168000123")
    addresses = [address for address, _status in answer.redirect_chain]
    assert len(addresses) == 1 and "070168" not in addresses[0]
    assert "Nguyễn Thị Hoa" in inside.get(addresses[0]).content.decode()  # reload, Back
    assert found(inside, "070168000123").redirect_chain[0][0] == addresses[0]  # one search is kept once
    assert "Nguyễn Thị Hoa" not in inside.get(ADDRESS, {"q": "070168000123"}).content.decode()


def test_a_search_is_kept_for_its_session_and_not_for_long(inside, hoa):
    address = found(inside, "hoa").redirect_chain[0][0]
    colleague = Client()
    colleague.force_login(doctor().account, backend=BACKEND)
    for client in (colleague, inside):
        page = client.get(address).content.decode()
        assert ("không còn được giữ" in page) == (client is colleague)
    for number in range(searches.KEPT):
        found(inside, f"khong co ai {number}")
    assert "không còn được giữ" in inside.get(address).content.decode()


def test_more_than_fifty_ask_for_more_words(inside):
    for _ in range(51):
        person("Lê Văn Nam")
    page = found(inside, "le nam").content.decode()
    assert "Hơn 50 người khớp" in page and page.count("data-open") == 50
    assert AuditEvent.objects.filter(action="record.search").count() == 50


def test_fifty_are_simply_fifty(inside):
    for _ in range(50):
        person("Lê Văn Nam")
    page = found(inside, "le nam").content.decode()
    assert "Hơn 50" not in page and page.count("data-open") == 50


def test_nobody_found_and_nothing_asked_say_where_to_go_on(inside):
    for typed in ("khong co ai", "khong\0co ai"):
        assert "Không tìm thấy ai" in found(inside, typed).content.decode()
    assert "Gõ tên hoặc số để tìm" in inside.get(ADDRESS).content.decode()
    assert not AuditEvent.objects.filter(action="record.search").exists()


def test_the_global_search_finds_persons_for_whoever_may_search(hoa):
    (hit,) = search(doctor(), "nguyen hoa")
    assert hit.url == reverse("health_record:record", args=[hoa.pk]) and "1968" in hit.subtitle
    assert search(doctor("data_officer"), "nguyen hoa") == []


def test_a_commune_of_the_old_map_keeps_its_name(inside):
    person("Phạm Văn Cũ", commune_code="25195")
    page = found(inside, "pham cu").content.decode()
    assert ">25195<" not in page


# ---- the start page ----------------------------------------------------------------------------------------------


def start(client):
    return client.get("/").content.decode()


def test_a_doctor_s_day_begins_with_the_search(inside):
    page = start(inside)
    assert page.index('id="tim-dau"') < page.index('id="chuc-nang"') and "autofocus" in page
    assert "Bạn đã mở gần đây" not in page


def test_the_start_page_has_the_records_that_he_himself_opened_and_that_are_open_still(inside, hoa):
    ours, theirs, closed = person("Lê Văn Ba"), person("Phạm Thị Tư"), person("Đỗ Văn Năm")
    for who in (hoa, ours, theirs, closed):
        came(who, 20)
    for who in (hoa, closed, ours, hoa):
        inside.get(reverse("health_record:record", args=[who.pk]))
    colleague = Client()
    colleague.force_login(doctor().account, backend=BACKEND)
    colleague.get(reverse("health_record:record", args=[theirs.pk]))
    Encounter.objects.filter(person=closed).update(ended_at=days_ago(400))
    page = start(inside)
    assert page.index("Nguyễn Thị Hoa") < page.index("Lê Văn Ba")
    assert page.count("Nguyễn Thị Hoa") == 1
    assert "Phạm Thị Tư" not in page and "Đỗ Văn Năm" not in page
    shown = AuditEvent.objects.filter(action="record.search", object_kind="recent")
    assert set(shown.values_list("person_id", flat=True)) == {hoa.pk, ours.pk}
    assert "Nguyễn Thị Hoa" not in start(colleague)


def test_of_two_that_were_merged_the_start_page_shows_the_one_that_stands(inside, hoa):
    twin = person("Nguyễn Hoa")
    for who in (hoa, twin):
        came(who, 20)
        inside.get(reverse("health_record:record", args=[who.pk]))
    Person.objects.filter(pk=twin.pk).update(merged_into=hoa)
    page = start(inside)
    assert page.count("Nguyễn Thị Hoa") == 1 and "Nguyễn Hoa<" not in page
