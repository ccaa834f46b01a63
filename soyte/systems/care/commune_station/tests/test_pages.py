"""The nurse's pages: who stands on which list, what is never shown, one tap, the sheet, and what reading leaves behind."""

import pytest
from django.urls import reverse

from soyte.kernel.access.actor import actor_for
from soyte.kernel.access.policy import can, hidden, visible
from soyte.kernel.access.tests.people import actor
from soyte.kernel.audit.models import AuditEvent
from soyte.systems.care.commune_station import projecting, selectors, services, start
from soyte.systems.care.commune_station.models import FollowUp, Tick
from soyte.systems.care.commune_station.tests.people import (
    BACKEND,
    DONG_XOAI,
    day,
    followed,
    nurse,
    person,
    replaced,
    seen,
    station,
    stay,
    withdrawn,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]


@pytest.fixture
def mai(client):
    """A nurse of the first commune, signed in."""
    who = nurse()
    client.force_login(who.account, backend=BACKEND)
    return who


def page(client, name="today", *args, **query):
    answer = client.get(reverse(f"commune_station:{name}", args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def who(name):
    return person(name, phone="0912345678")


def listed(actor, tab):
    return [
        row.person.full_name for row in selectors.follow_ups(actor, tab).order_by(*selectors.tabs(day(0))[tab].order)
    ]


@pytest.mark.parametrize(
    ("due", "tab"),
    [(-8, None), (-7, "den-han"), (0, "den-han"), (7, "den-han"), (8, "lo-hen"), (60, "lo-hen"), (61, None)],
)
def test_due_until_seven_days_have_passed_then_missed(due, tab):
    followed(seen(70, due=due, who=who("Hẹn")))
    mai = nurse()
    assert [name for name in ("den-han", "lo-hen", "ra-vien", "da-xong") if listed(mai, name)] == ([tab] if tab else [])
    assert sum(selectors.counts(mai).values()) == (1 if tab else 0)


def test_who_came_and_who_is_closed_is_done():
    came, told = who("Đã Đến"), who("Đã Từ Chối")
    followed(seen(30, due=9, who=came), seen(8, who=came))
    (row,) = [one for one in followed(seen(30, due=9, who=told)) if one.person_id == told.pk]
    services.tick(nurse(), row.pk, version=1, result="refused")
    assert sorted(listed(nurse(), "da-xong")) == ["Đã Từ Chối", "Đã Đến"] and listed(nurse(), "lo-hen") == []


def test_a_promised_day_brings_the_row_back_to_those_that_are_due():
    (row,) = followed(seen(30, due=9))
    mai = nurse()
    services.tick(mai, row.pk, version=1, result="other_day", again_on=day(-5))
    assert listed(mai, "lo-hen") == [] and len(listed(mai, "den-han")) == 1


def test_discharges_of_seven_days_today_among_them():
    followed(*(stay(ended, who=who(f"Về {ended}")) for ended in (0, 6, 7)))
    assert listed(nurse(), "ra-vien") == ["Về 0", "Về 6"]


def test_a_station_sees_its_own_commune_alone_and_no_other_role_anything():
    (row,) = followed(seen(20, due=-1))
    assert can(nurse(), "follow_ups.read", row)
    for other in (nurse(commune=DONG_XOAI), actor("doctor", station()), actor("cdc_officer", station())):
        assert not can(other, "follow_ups.read", row)
        assert not visible(other, "follow_ups.read", FollowUp.objects.all()).exists()


def test_a_new_version_hides_the_row_before_the_news_of_it_arrives():
    first, second = seen(20, due=-1), seen(20, due=-2)
    followed(first, second)
    replaced(first, -1, labels=["hiv"])
    withdrawn(second)
    assert selectors.counts(nurse())["den-han"] == 0
    assert hidden(nurse(), "follow_ups.read", FollowUp.objects.all()).count() == 2


def test_the_page_says_who_why_when_and_how_to_reach_them(client, mai):
    followed(seen(20, due=-2, who=who("Trần Thị Hẹn")), stay(1, who=who("Lê Văn Về"), main_icd="J18.9"))
    text = page(client)
    for said in ("Trần Thị Hẹn", "còn 2 ngày", 'href="tel:0912345678"', "Ấp 3", "Đã nhắc", "Phường Bình Phước"):
        assert said in text, said
    assert "Lê Văn Về" not in text and "Lê Văn Về" in page(client, xem="ra-vien")


def test_nothing_of_a_labelled_visit_is_on_any_surface(client, mai):
    kept = who("Người Giấu")
    followed(
        seen(20, due=-1, who=kept, labels=["hiv"], main_icd="B20"), stay(1, who=kept, labels=["mental"], main_icd="F20")
    )
    for tab in ("den-han", "lo-hen", "ra-vien", "da-xong"):
        for name in ("today", "sheet"):
            assert "Người Giấu" not in page(client, name, xem=tab)
    assert [one.count for one in start.waiting(mai)] == [0, 0, 0]
    assert client.get(reverse("health_record:record", args=[kept.pk])).status_code == 302


def test_the_record_opens_by_residence(client, mai):
    followed(seen(20, due=-1, who=(one := who("Trần Thị Hẹn"))))
    followed(seen(20, due=-1, who=(other := who("Người Xã Khác")), commune=DONG_XOAI))
    assert client.get(reverse("health_record:record", args=[one.pk])).status_code == 200
    assert client.get(reverse("health_record:record", args=[other.pk])).status_code == 302


def test_reading_is_written_down_for_each_person(client, mai):
    (row,) = followed(seen(20, due=-2))
    page(client), page(client, "sheet"), page(client, "one", row.pk)
    read = AuditEvent.objects.filter(person_id=row.person_id, action="record.read").order_by("id")
    assert [(one.object_kind, one.purpose) for one in read] == [
        ("follow_ups", "prevention"), ("follow_ups_print", "prevention"), ("follow_ups", "prevention"),
    ]  # fmt: skip


def test_a_tap_ticks_and_a_tap_takes_back(client, mai):
    (row,) = followed(seen(20, due=-2))
    told = {"version": 1, "result": "reminded", "xem": "den-han", "ap": ""}
    answer = client.post(reverse("commune_station:tick", args=[row.pk]), told)
    assert answer.url == f"{reverse('commune_station:today')}?xem=den-han"
    text = page(client)
    assert "Lê Thị Mai" in text and "Hoàn tác" in text
    client.post(reverse("commune_station:undo", args=[row.pk]), {"version": 2})
    assert "Hoàn tác" not in page(client)
    assert "đã hoàn tác" in page(client, "one", row.pk)


def test_the_script_gets_the_row_and_the_counts(client, mai):
    (row,) = followed(seen(20, due=-2))
    told = {"version": 1, "result": "elsewhere", "xem": "den-han"}
    text = client.post(
        reverse("commune_station:tick", args=[row.pk]), told, headers={"HX-Request": "true"}
    ).content.decode()
    assert text.strip().startswith(f'<li id="viec-{row.pk}"') and 'hx-swap-oob="true"' in text and "<html" not in text


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"version": 1}, "Chọn một kết quả"),
        ({"version": 1, "result": "other_day"}, "Chọn ngày hẹn lại"),
        ({"version": 1, "result": "other_day", "again_on": "31/02/2027"}, "“31/02/2027” không phải là ngày"),
        ({"version": 1, "result": "other_day", "again_on": "1990-01-01"}, "Ngày hẹn lại phải từ hôm nay"),
        ({"version": "x", "result": "reminded"}, ""),
        ({"version": 1, "result": "x" * 50}, ""),
        ({}, ""),
    ],
)
def test_bad_input_writes_nothing_and_says_what_to_mend(client, mai, told, said):
    (row,) = followed(seen(20, due=-2))
    for headers, status in (({}, 422), ({"HX-Request": "true"}, 200)):
        answer = client.post(reverse("commune_station:tick", args=[row.pk]), told, headers=headers)
        assert answer.status_code == status and said in answer.content.decode()
    assert not Tick.objects.exists()


def test_a_row_of_another_commune_is_not_there(client, mai):
    (row,) = followed(seen(20, due=-2, commune=DONG_XOAI))
    assert client.get(reverse("commune_station:one", args=[row.pk])).status_code == 404
    assert client.post(reverse("commune_station:tick", args=[row.pk]), {"version": 1}).status_code == 404


def test_the_hamlets_filter_lists_counts_and_paper(client, mai):
    for number, hamlet in enumerate(("ấp 2", "ấp 10", "Thôn Chùa")):
        followed(seen(20, due=-number, who=who(f"Người {hamlet}"), address=f"Số 1, {hamlet}, phường Bình Phước"))
    assert selectors.hamlets(mai) == ["Thôn Chùa", "Ấp 2", "Ấp 10"]
    text = page(client, ap="Ấp 10")
    assert "Người ấp 10" in text and "Người ấp 2" not in text
    assert selectors.counts(mai, hamlet="Ấp 10")["den-han"] == 1
    paper = page(client, "sheet", xem="den-han")
    assert paper.index("Người ấp 2") < paper.index("Người ấp 10")
    assert "Người ấp 2" not in page(client, "sheet", xem="den-han", ap="Ấp 10")


def test_the_sheet_for_the_village_worker_has_no_diagnosis(client, mai):
    followed(seen(20, due=-2, main_icd="I10"))
    assert "tăng huyết áp" in page(client) and "tăng huyết áp" not in page(client, "sheet")


def test_lists_of_any_length_cost_the_same(client, mai):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def questions(tab, name="today"):
        page(client, name, xem=tab)  # whatever is written once in a while, as when a session was last seen
        with CaptureQueriesContext(connection) as asked:
            page(client, name, xem=tab)
        return len(asked)

    def crowd(number):
        visits = [seen(20, due=-1, who=person(f"H {n}")) for n in range(number)]
        visits += [stay(1, who=person(f"V {n}")) for n in range(number)]
        visits += [seen(40, due=20, who=person(f"L {n}")) for n in range(number)]
        followed(*visits)

    crowd(3)
    page(client)
    few = [questions(tab, name) for name in ("today", "sheet") for tab in ("den-han", "lo-hen", "ra-vien")]
    crowd(40)
    many = [questions(tab, name) for name in ("today", "sheet") for tab in ("den-han", "lo-hen", "ra-vien")]
    assert few == many and max(many) < 25


def test_every_list_has_its_pages(client, mai):
    followed(*(seen(20, due=-(n % 5), who=person(f"Người {n:02}")) for n in range(60)))
    first = page(client)
    assert first.count('id="viec-') == 50 and "Trang sau" in first
    last = FollowUp.objects.order_by("on_day", "id")[49]
    assert page(client, sau=str(last.pk)).count('id="viec-') == 10


def test_start_says_what_waits():
    followed(seen(20, due=-2), seen(30, due=12), stay(1))
    assert [one.count for one in start.waiting(nurse())] == [1, 1, 1]
    assert start.waiting(actor_for(None)) == []
    projecting.rebuild()
