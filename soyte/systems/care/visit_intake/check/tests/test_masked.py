"""Visits that carry a label: both reports and the printed findings tell where, never what."""

import re
import zipfile
from datetime import date

import pytest

from soyte.formats.visitfile import Row
from soyte.systems.care.visit_intake.check.cli import main
from soyte.systems.care.visit_intake.check.tests.test_cli import coded, content

TODAY = date(2026, 11, 20)
SECRETS = ("B20.9X", "Z99.99", "MQUA", "0123QQ", "A51")


def labelled(code):
    """A visit for syphilis with faults whose words would tell who and what."""
    made = coded(
        code, MA_BENH_CHINH="A51.0", MA_BENH_KT="Z99.99;B20.9X", MA_LOAI_KCB="MQUA", SO_CCCD="0123QQ", T_THUOC="99"
    )
    made.tables["XML3"][0].values["MA_BENH"] = "B20.9X"
    return made


@pytest.fixture
def told(tmp_path, capsys):
    folder = tmp_path / "tep"
    folder.mkdir()
    with_hiv_table = coded("LK3", SO_CCCD="0123QQ")
    with_hiv_table.tables["XML6"] = [Row({"MA_LK": "LK3", "MA_LOAI_BN": "1"}, 1)]
    (folder / "a.xml").write_bytes(content(labelled("LK1"), coded("LK2", SO_CCCD="88QQ"), with_hiv_table))
    main([str(folder), "--out", str(tmp_path / "out"), "--json", "--notes"], today=TODAY)
    printed = capsys.readouterr().out
    page = (tmp_path / "out" / "soyte-check.html").read_text(encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "out" / "soyte-check.xlsx") as book:
        sheets = " ".join(book.read(name).decode() for name in book.namelist())
    return {"page": page, "sheets": sheets, "printed": printed}


@pytest.mark.parametrize("where", ["page", "sheets", "printed"])
def test_names_codes_and_texts_are_masked(told, where):
    text = told[where]
    assert [secret for secret in SECRETS if secret in text] == []
    assert "•••" in text and "LK1" in text and "MA_LOAI_KCB" in text and "XML1.SO_CCCD.format" in text
    assert "88QQ" in text  # a visit without a label is told whole


def test_amounts_stay_and_the_page_says_what_is_masked(told):
    assert "ghi 99 đồng" in told["sheets"]
    assert "2 lượt khám mang nhãn bảo vệ" in re.sub("<[^>]+>", "", told["page"])
