"""A citizen on her phone: her record, her child's, who looked, three answers, one thing that is wrong, a sheet of paper."""

import re

import pytest

pytestmark = pytest.mark.journey
OWN = "/so-suc-khoe/"
ONE_PAGE = re.compile(rb"/Type\s*/Page[^s]")
ALLERGY = "Penicillin, nổi mẩn năm 2019"
SAID = "Hôm đó tôi đi vắng, không khám ở đây"
ANSWER = "Đã đối chiếu bệnh án giấy: người khác dùng thẻ của bạn, lượt khám đã chuyển đi."


@pytest.fixture
def citizen(enter):
    visitor = enter("citizen")
    visitor.page.set_viewport_size({"width": 390, "height": 844})
    return visitor


def tab(visitor, name):
    visitor.page.locator(".tabbar a", has_text=name).click()
    visitor.page.wait_for_load_state()


def test_her_own_record_on_a_phone(citizen):
    assert OWN in citizen.page.url
    assert citizen.page.locator(".tabbar a").count() == 4 and citizen.page.locator(".nav-l").count() == 0
    text = citizen.text()
    for heading in ("Sắp tới", "Thuốc được cấp lần gần nhất", "Kết quả mới", "Lần khám", "Ai xem hồ sơ", "115"):
        assert heading in text, heading
    citizen.looks_right_on_a_phone(picture="so-suc-khoe")
    tab(citizen, "Lần khám")
    citizen.looks_right_on_a_phone(picture="cac-lan-kham")
    citizen.page.locator(".pairs a.drill").first.click()
    citizen.page.wait_for_load_state()
    assert "Chẩn đoán ghi trong tệp" in citizen.text() and "Báo sai" in citizen.text()
    citizen.looks_right_on_a_phone(picture="mot-lan-kham")
    citizen.go(OWN)
    citizen.page.click("text=xem đủ")
    citizen.page.wait_for_load_state()
    citizen.looks_right_on_a_phone(picture="ket-qua-cua-toi")
    assert citizen.said == []


def test_pages_of_the_staff_and_of_others_are_closed_to_her(citizen):
    for address in ("/nguoi-dan/", "/quay-nguoi-dan/", "/tai-khoan/danh-sach/", "/phan-anh/"):
        assert citizen.go(address).status in (403, 404)
    assert citizen.page.locator(".tabbar.own").count() == 1


def test_her_child_s_record(citizen):
    citizen.page.locator("nav[aria-label='Đổi người'] a").first.click()
    citizen.page.wait_for_load_state()
    assert "Bạn xem được đến trước ngày" in citizen.text()
    citizen.looks_right_on_a_phone(picture="so-cua-con")
    tab(citizen, "Lần khám")
    assert "về sổ của bạn" in citizen.text()


def test_the_summary_is_one_page_of_pdf(citizen):
    with citizen.page.expect_download() as download:
        citizen.page.click("text=Tóm tắt 1 trang")
    content = download.value.path().read_bytes()
    assert download.value.suggested_filename.endswith(".pdf")
    assert content.startswith(b"%PDF-") and len(ONE_PAGE.findall(content)) == 1


def test_her_answers_about_allergies_reach_the_doctor(citizen, enter):
    citizen.page.click("text=Trả lời ngay")
    citizen.page.wait_for_load_state()
    citizen.page.click("text=Ghi câu trả lời")
    assert "Chọn một câu trả lời" in citizen.text()
    citizen.looks_right_on_a_phone(picture="di-ung")
    citizen.page.check("input[name=medicine][value=yes]")
    citizen.page.fill("[name=medicine_what]", ALLERGY)
    citizen.page.check("input[name=food][value=no]")
    citizen.page.check("input[name=other][value=no]")
    citizen.page.click("text=Ghi câu trả lời")
    citizen.page.wait_for_load_state()
    assert ALLERGY in citizen.text() and "Trả lời ngay" not in citizen.text()
    person = citizen.page.locator(".tabbar a").first.get_attribute("href").split("/")[-2]
    doctor = enter("doctor")
    doctor.go(f"/nguoi-dan/{person}/")
    assert f"Dị ứng: {ALLERGY}" in doctor.text() and "người dân tự khai" in doctor.text()
    doctor.looks_right(picture="ho-so-co-loi-khai")
    tab(citizen, "Ai đã xem")
    assert "Bác sĩ" in citizen.text() or "BS." in citizen.text()
    citizen.looks_right_on_a_phone(picture="ai-xem-so")


def visit_of_the_hospital(visitor, house):
    """The address of her latest visit at the demo officer's hospital."""
    tab(visitor, "Lần khám")
    places = visitor.page.locator(".pairs li", has_text=house.users["desk_officer"]["unit"])
    return places.first.locator("a.drill").get_attribute("href")


def test_a_visit_that_is_not_hers_is_answered_and_leaves_her_record(citizen, enter, house):
    visit = visit_of_the_hospital(citizen, house)
    citizen.go(visit)
    citizen.page.click("text=Lượt khám này không phải của tôi")
    citizen.page.wait_for_load_state()
    citizen.page.fill("[name=words]", SAID)
    citizen.looks_right_on_a_phone(picture="bao-sai")
    citizen.page.click("text=Gửi cho cơ sở")
    citizen.page.wait_for_load_state()
    assert "Còn 5 ngày làm việc" in citizen.text() and SAID in citizen.text()
    citizen.looks_right_on_a_phone(picture="phan-anh-cua-toi")

    officer = enter("desk_officer")
    assert "Phản ánh của dân" in officer.text()
    officer.go("/phan-anh/")
    officer.looks_right(picture="phan-anh")
    officer.page.locator("a[data-open]").first.click()
    officer.page.wait_for_load_state()
    assert SAID in officer.text() and "Tệp ghi ai, và ai nói" in officer.text()
    officer.looks_right(picture="tra-loi")
    officer.page.check("input[name=decision][value=upheld]")
    officer.page.fill("[name=answer]", ANSWER)
    officer.page.click("text=Gửi câu trả lời")
    officer.page.wait_for_load_state()
    assert "Đã trả lời" in officer.text() and "Chưa rõ là ai" in officer.text()
    officer.looks_right(picture="da-tra-loi")

    tab(citizen, "Phản ánh")
    assert ANSWER in citizen.text() and "Đúng như phản ánh" in citizen.text()
    citizen.looks_right_on_a_phone(picture="cau-tra-loi")
    assert citizen.go(visit).status == 404
    tab(citizen, "Lần khám")
    assert "đã chuyển sang hồ sơ khác" in citizen.text()

    officer.page.fill("[name=reason]", "Nhầm lượt khám, xem lại bệnh án")
    officer.page.click("text=Hoàn tác câu trả lời")
    officer.page.wait_for_load_state()
    assert "Đã hoàn tác" in officer.text()
    assert citizen.go(visit).status == 200
