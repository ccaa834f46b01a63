"""The page and the workbook."""

import re
import zipfile
from datetime import date, datetime
from xml.etree import ElementTree

import pytest

from soyte.kernel.text import is_accented
from soyte.systems.care.visit_intake.check.cli import main
from soyte.systems.care.visit_intake.check.page import page
from soyte.systems.care.visit_intake.check.spreadsheet import harmless
from soyte.systems.care.visit_intake.check.summary import Summary
from soyte.systems.care.visit_intake.check.tests.test_cli import coded, content

TODAY = date(2026, 11, 20)
NASTY = "<script>alert(1)</script>"


@pytest.fixture
def made(tmp_path):
    folder = tmp_path / "tep"
    folder.mkdir()
    (folder / "a.xml").write_bytes(content(coded("LK1"), coded("LK2", T_THUOC="99"), coded("LK3", DIEN_THOAI=NASTY)))
    (folder / "b.xml").write_bytes(content(coded("=1+1", T_THUOC="99")))
    main([str(folder), "--out", str(tmp_path / "out"), "--json"], today=TODAY)
    return tmp_path / "out"


def cells(path):
    """Sheet name -> rows of text, read from the workbook's own XML."""
    space = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(path) as book:
        names = [
            sheet.get("name")
            for sheet in ElementTree.fromstring(book.read("xl/workbook.xml")).iterfind(".//m:sheet", space)
        ]
        read = {}
        for place, name in enumerate(names, 1):
            sheet = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{place}.xml"))
            assert sheet.find(".//m:f", space) is None
            read[name] = [
                ["".join(cell.itertext()) for cell in row.iterfind("m:c", space)]
                for row in sheet.iterfind(".//m:row", space)
            ]
    return read


def test_the_page_loads_nothing_and_runs_nothing(made):
    text = (made / "soyte-check.html").read_text(encoding="utf-8")
    assert NASTY not in text
    assert "&lt;script&gt;" in text
    assert not re.search(r"<script|<link|<img|@import|url\(|https?:|\son\w+=", text)


def test_the_page_says_what_is_refused_and_the_money_held(made):
    text = (made / "soyte-check.html").read_text(encoding="utf-8")
    assert "Không nhận" in text
    assert "LK2" in text and "LK1" not in text
    assert "80.000" in text  # T_BHTT of the two refused visits
    assert "sum.T_THUOC" in text


def test_the_page_is_well_formed(made):
    text = (made / "soyte-check.html").read_text(encoding="utf-8").replace("<!doctype html>", "")
    ElementTree.fromstring(re.sub(r"<(meta|br)([^>]*)>", r"<\1\2/>", text))


def test_an_empty_call_says_so():
    text = "".join(page(Summary(), paths=["tep"], made_at=datetime(2026, 11, 20, 8, 0), notes=False))  # noqa: DTZ001
    assert "Không có lượt khám nào để kiểm tra" in text and "Không có lỗi nào" not in text


def test_the_workbook_has_rules_visits_fields_and_details(made):
    sheets = cells(made / "soyte-check.xlsx")
    assert list(sheets) == ["Tổng quan", "Theo lỗi", "Theo lượt khám", "Theo trường", "Chi tiết"]
    assert len(sheets["Theo lượt khám"]) == 5
    (cause,) = [row for row in sheets["Theo lỗi"] if "sum.T_THUOC" in row]
    assert "2" in cause and "80000" in cause


def test_no_cell_becomes_a_formula(made):
    assert ["'=1+1" in row for row in cells(made / "soyte-check.xlsx")["Theo lượt khám"]].count(True) == 1


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM", "\t=1", "\r=1"])
def test_text_that_opens_like_a_formula_is_neutralised(text):
    assert harmless(text) == f"'{text}"


def test_other_text_stays_as_it_is():
    assert harmless("Nguyễn Văn Mẫu") == "Nguyễn Văn Mẫu"


def test_nothing_unfinished_is_left_behind(made):
    assert sorted(path.name for path in made.iterdir()) == ["soyte-check.html", "soyte-check.xlsx"]


def test_both_reports_are_english_where_asked(tmp_path):
    folder = tmp_path / "tep"
    folder.mkdir()
    faulty = coded(
        "LK2", T_THUOC="99", MA_LOAI_KCB="X", NGAY_RA="202608010000", GIOI_TINH="", SO_CCCD="1", CAN_NANG="0"
    )
    (folder / "a.xml").write_bytes(content(faulty, coded("LK3", T_THUOC="98"), coded("LK1")))
    (folder / "b.xml").write_bytes(b"<GIAMDINHHS>")
    (folder / "c.txt").write_bytes(b"")
    main([str(folder), "--out", str(tmp_path), "--notes", "--lang", "en", "--json"], today=TODAY)
    text = re.sub(
        r"<style.*?</style>|<[^>]+>", " ", (tmp_path / "soyte-check.html").read_text(encoding="utf-8"), flags=re.S
    )
    sheets = [str(cells(tmp_path / "soyte-check.xlsx"))]
    for told in (text, *sheets):
        assert vietnamese_words(told) == set()
    assert "Sex (GIOI_TINH) is empty." in text and "the sum of XML2.THANH_TIEN_BV is" in text


def vietnamese_words(text):
    """Words with letters that English has not."""
    return {word for word in re.findall(r"\w+", text.lower()) if is_accented(word)} - {"qđ", "nđ", "công", "văn"}
