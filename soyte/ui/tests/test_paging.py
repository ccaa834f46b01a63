import pytest
from django.test import RequestFactory

from soyte.kernel.accounts.models import Account
from soyte.ui.paging import capped_count, page

pytestmark = pytest.mark.django_db
BY_NAME = {"name": ("display_name", "-id"), "newest": ("-id",)}


@pytest.fixture
def people():
    names = ["An", "Bình", "Bình", "Bình", "Chi", "Dung", "Dung"]
    return [Account.objects.create(username=f"u{place}", display_name=name) for place, name in enumerate(names)]


def get(address):
    return RequestFactory().get(address)


def walk(address, order=BY_NAME):
    """The usernames of every page, by following the links, and back again."""
    forward, pages = [], []
    while address:
        found = page(Account.objects.all(), get(address), order, size=3)
        forward += [account.username for account in found]
        pages.append(found)
        address = found.next_url
    backward = [[account.username for account in pages[-1]]]
    while pages[-1].previous_url:
        pages.append(page(Account.objects.all(), get(pages[-1].previous_url), order, size=3))
        backward.insert(0, [account.username for account in pages[-1]])
    return forward, [name for rows in backward for name in rows]


def test_pages_hold_each_row_once_in_order_both_ways(people):
    forward, backward = walk("/x")
    assert forward == ["u0", "u3", "u2", "u1", "u4", "u6", "u5"]
    assert sorted(backward) == sorted(forward)


def test_a_turned_order_is_the_same_list_from_its_end(people):
    forward, _ = walk("/x?xep=-name")
    assert forward == ["u5", "u6", "u4", "u1", "u2", "u3", "u0"]


def test_the_address_holds_no_value_of_a_row(people):
    found = page(Account.objects.all(), get("/x"), BY_NAME, size=3)
    assert found.next_url == f"/x?sau={people[2].pk}"


@pytest.mark.parametrize("address", ["/x?sau=nonsense", "/x?sau=999999", "/x?xep=nonsense", "/x?truoc=%00"])
def test_an_address_that_names_nothing_gives_the_first_page(people, address):
    assert [account.username for account in page(Account.objects.all(), get(address), BY_NAME, size=3)] == [
        "u0",
        "u3",
        "u2",
    ]


def test_a_row_that_left_the_list_still_marks_the_place(people):
    found = page(Account.objects.exclude(pk=people[2].pk), get(f"/x?sau={people[2].pk}"), BY_NAME, size=3)
    assert [account.username for account in found] == ["u1", "u4", "u6"]


def test_a_page_costs_two_queries_at_most(people, django_assert_num_queries):
    with django_assert_num_queries(1):
        page(Account.objects.all(), get("/x"), BY_NAME, size=3)
    with django_assert_num_queries(2):
        page(Account.objects.all(), get(f"/x?sau={people[2].pk}"), BY_NAME, size=3)


def test_heads_say_the_order_in_force(people):
    found = page(Account.objects.all(), get("/x?xep=name&q=b"), BY_NAME, size=3)
    assert found.sort_state("name") == "ascending"
    assert found.sort_state("newest") == ""
    assert found.sort_url("name") == "/x?q=b&xep=-name"
    assert found.sort_url("newest") == "/x?q=b&xep=newest"


def test_a_count_stops_at_its_limit(people):
    assert capped_count(Account.objects.all(), limit=3) == type(capped_count(Account.objects.all()))(3, True)
    assert not capped_count(Account.objects.all(), limit=7).more
