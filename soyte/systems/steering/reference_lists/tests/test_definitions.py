"""Pages of rules, of the gateway's errors and of indicators; who may open what."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from soyte.systems.care.visit_intake.public import rule_list
from soyte.systems.steering.reference_lists.urls import urlpatterns

pytestmark = pytest.mark.django_db


def text(answer):
    return answer.content.decode()


def rule_codes(page):
    return re.findall(r'<small class="mono">([^<]+)</small></th>', page)


def test_every_rule_is_reached_page_by_page_and_once(client, admin):
    address, seen = reverse("reference_lists:rules"), []
    while address:
        page = text(client.get(address))
        seen += rule_codes(page)
        following = re.search(r'href="([^"]+)" rel="next"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == len(rule_list(timezone.localdate()))


def test_pages_go_back_as_they_came(client, admin):
    address = reverse("reference_lists:rules")
    first = text(client.get(address))
    second = text(client.get(re.search(r'href="([^"]+)" rel="next"', first)[1].replace("&amp;", "&")))
    back = text(client.get(re.search(r'href="([^"]+)" rel="prev"', second)[1].replace("&amp;", "&")))
    assert rule_codes(back) == rule_codes(first)


@pytest.mark.parametrize(
    ("asked", "has", "lacks"),
    [
        ({"q": "XML2.DON_GIA"}, "XML2.DON_GIA.required", "sum.T_THUOC"),
        ({"q": "2179"}, "sum.T_THUOC", "XML2.DON_GIA.required"),
        (
            {"severity": "error", "q": "ngay_ra"},
            "dates.XML1.NGAY_RA.before_NGAY_VAO",
            "dates.XML2.NGAY_YL.before_NGAY_VAO",
        ),
        ({"table": "XML4", "q": "MA_LK"}, "XML4.MA_LK.required", "XML3.MA_LK.required"),
        ({"table": "tep"}, "file.empty", "XML4.MA_LK.required"),
        ({"q": "CHUKYDONVI"}, "31/12/2025", "file.empty"),
    ],
)
def test_rules_are_found_by_field_number_severity_and_table(client, enter, asked, has, lacks):
    enter("data_officer")
    page = text(client.get(reverse("reference_lists:rules"), asked))
    assert has in page and lacks not in page


def test_the_gateway_s_errors_are_answered_or_the_reason_is_given(client, admin):
    address = reverse("reference_lists:gateway_errors")
    page = text(client.get(address))
    assert "trên 745 số lỗi" in page
    uncovered = text(client.get(address, {"reason": "clinical_audit"}))
    assert "Giám định chuyên môn" in uncovered and "110 số lỗi" in uncovered
    assert "XML1.MA_BENH_CHINH.required" in text(client.get(address, {"q": "37", "table": "XML1"}))
    assert "Không có số lỗi nào khớp" in text(client.get(address, {"q": "zzz"}))


def test_indicators_say_what_they_count_and_by_which_document(client, admin):
    page = text(client.get(reverse("reference_lists:indicators")))
    assert "cost_total" in page and "Lượt khám" in page


def _addresses():
    objects = {"set_code": "sex", "token": "a" * 32}
    for pattern in urlpatterns:
        yield (
            reverse(f"reference_lists:{pattern.name}", args=[objects[name] for name in pattern.pattern.converters]),
            pattern.name,
        )


MANAGING = {"blank", "upload", "trial", "faults", "drop"}


@pytest.mark.parametrize(
    ("role", "may_read", "may_manage"),
    [
        ("administrator", True, True),
        ("data_officer", True, False),
        ("doctor", False, False),
        ("it_officer", False, False),
        ("", False, False),
    ],
)
def test_each_role_opens_what_it_may(client, enter, role, may_read, may_manage):
    enter(role)
    for address, name in _addresses():
        may = may_manage if name in MANAGING else may_read
        status = client.get(address).status_code
        assert (status != 403) == may and status < 500, address
        assert client.post(address, {}).status_code in ((302, 405, 422) if may else (403,)), address


def test_what_is_not_there_is_not_found(client, admin):
    for name in ("set", "changes", "upload", "blank"):
        assert client.get(reverse(f"reference_lists:{name}", args=["khong-co"])).status_code == 404
