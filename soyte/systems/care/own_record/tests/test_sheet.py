"""The summary is one sheet of A4, however much there is, and says what it does not know."""

import re
import subprocess
from shutil import which

import pytest
from django.urls import reverse
from django.utils import timezone

from soyte.systems.care.own_record.pages import sheet
from soyte.systems.care.own_record.pdf import compile_sheet
from soyte.systems.care.own_record.selectors.records import open_record
from soyte.systems.care.own_record.tests.people import (
    admitted,
    browser,
    came,
    citizen,
    condition,
    medicine,
    person,
    result,
)

pytestmark = pytest.mark.django_db
PAGE = re.compile(rb"/Type\s*/Page[^s]")
LONG = "Đái tháo đường không phụ thuộc insuline có biến chứng thận và mạch máu ngoại vi kéo dài nhiều năm " * 4


def facts_of(who):
    actor = citizen(who)
    return sheet.facts(actor, open_record(actor, who.pk), timezone.localtime())


def read(pdf, tmp_path):
    """The text of a PDF, as somebody copies it out."""
    if which("pdftotext") is None:
        pytest.skip("no pdftotext on this machine (apt-get install poppler-utils)")
    path = tmp_path / "sheet.pdf"
    path.write_bytes(pdf)
    return subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout


def test_it_is_a_pdf_to_be_kept(client):
    who = person()
    answer = browser(admitted(who)).get(reverse("own_record:summary", args=[who.pk]))
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF-")
    assert 'filename="tom-tat-tran-thi-hoa.pdf"' in answer["Content-Disposition"]
    assert answer["Cache-Control"] == "no-store" and len(PAGE.findall(answer.content)) == 1


def test_the_longest_sheet_is_one_page():
    """Every line at its longest, more of each than fits."""
    who = person("Nguyễn Hoàng Phương Quỳnh Như Ý " * 3)
    for number in range(12):
        seen = came(who, 10 + number, kind="03", discharge_diagnosis=LONG)
        seen.unit.name = "Trung tâm Y tế khu vực liên xã miền núi phía Bắc của tỉnh có tên rất dài " * 2
        seen.unit.save()
        for code in ("E11.9", "I10", "N18.5", "J44.9", "I25.9", "B18.1", "M06.9", "E05.9", "G40.9", "K74.6"):
            condition(seen, code)
        result(seen, f"Chỉ số sinh hóa máu có tên rất dài số {number} " * 3, "123456.789", "mmol/L/1,73m2")
        medicine(
            seen, f"Thuốc có tên rất dài số {number} " * 4, LONG, strength="500mg + 850mg + 1000mg dạng phóng thích"
        )
    assert len(PAGE.findall(compile_sheet(facts_of(who)))) == 1


def test_an_empty_one_says_what_is_not_known(tmp_path):
    text = read(compile_sheet(facts_of(person())), tmp_path)
    for said in (
        "Tóm tắt sổ sức khỏe",
        "Trần Thị Hoa",
        "Chưa biết: thuốc, thức ăn, thứ khác",
        "chưa tệp nào ghi",
        "Chưa có",
    ):
        assert said in text


def test_what_files_say_is_text_and_never_a_command(tmp_path):
    who = person()
    seen = came(who, 3, discharge_diagnosis='#panic("x") $ \\ * _ [ ] @ < > ≥ "ngoặc"')
    medicine(seen, '#include "/etc/passwd"', "1 viên")
    text = read(compile_sheet(facts_of(who)), tmp_path)
    assert '#panic("x") $' in text and "/etc/passwd" in text and "root:" not in text


def test_every_vietnamese_letter_copies_out_as_it_was_written(tmp_path):
    letters = "ĂẮẰẲẴẶÂẤẦẨẪẬĐÊẾỀỂỄỆÔỐỒỔỖỘƠỚỜỞỠỢƯỨỪỬỮỰÝỲỶỸỴ"
    lower = letters.lower()
    facts = {
        "title": "Tóm tắt",
        "name": letters,
        "who": lower,
        "sections": [],
        "tables": [],
        "foot": "",
        "none": "",
    }
    text = read(compile_sheet(facts), tmp_path)
    assert letters in text and lower in text
