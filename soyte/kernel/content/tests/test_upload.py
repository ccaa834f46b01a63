"""Reading an official list from a spreadsheet."""

import datetime as dt
import io
import zipfile

import pytest
import xlsxwriter

from soyte.kernel.content import upload
from soyte.kernel.content.rows import TextRow
from soyte.kernel.content.tests.people import set_of, write_set


def sheet(*rows, before=()):
    """An XLSX file; `before` are empty or other sheets put first."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for name in before:
            book.add_worksheet(name)
        page = book.add_worksheet()
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, dt.date):
                    page.write_datetime(
                        number,
                        column,
                        dt.datetime.combine(value, dt.time()),
                        book.add_format({"num_format": "dd/mm/yyyy"}),
                    )
                else:
                    page.write(number, column, value)
    return out.getvalue()


@pytest.fixture
def departments(tmp_path, monkeypatch):
    found = set_of(write_set(tmp_path, "code,name\nK01,Khám\n"))
    monkeypatch.setattr(upload, "found_set", lambda code: found)
    return found


EXPECTED = [TextRow(3, {"code": "1", "name": "Khoa Khám bệnh"}), TextRow(5, {"code": "K02", "name": "Khoa Nội"})]


@pytest.mark.parametrize(
    "content",
    [
        sheet(
            ["Danh mục khoa"],
            ["CODE", "Ghi chú", "Name"],
            [1.0, "x", "Khoa  Khám bệnh"],
            [],
            ["K02", "", "Khoa Nội"],
            before=["bìa"],
        ),
        "Danh mục khoa\ncode;ghi chú;name\n1;x;Khoa Khám bệnh\n;;\nK02;;Khoa Nội\n".encode("utf-8-sig"),
        'Danh mục khoa,,\ncode,ghi chú,name\n1,"x",Khoa Khám bệnh\n\nK02,,Khoa Nội\n'.encode(),
        "Danh mục khoa\ncode\tghi chú\tname\n1\tx\tKhoa Khám bệnh\n\nK02\t\tKhoa Nội\n".encode("utf-16"),
    ],
    ids=["xlsx", "semicolons", "commas", "utf-16 tabs"],
)
def test_a_list_is_read_whatever_program_wrote_it(departments, content):
    table = upload.read_table(content, "khoa")
    assert upload.map_columns("ward", table).rows == EXPECTED


def test_cells_are_read_as_a_person_sees_them():
    table = upload.read_table(sheet(["a", 12.0, 0.5, True, dt.date(2026, 7, 1), "Nguyễn"]), "x.xlsx")
    assert table.rows == [(1, ["a", "12", "0.5", "1", "2026-07-01", "Nguyễn"])]


def test_a_csv_row_is_named_by_the_line_on_which_it_begins():
    table = upload.read_table(b'code,name\nK01,"a\nb"\nK02,c\n', "x.csv")
    assert [line for line, _ in table.rows] == [1, 2, 4]


def test_a_list_without_its_columns_is_refused_with_their_names(departments):
    table = upload.read_table("Mã,Ghi chú\nK01,x\n".encode(), "x.csv")
    with pytest.raises(upload.HeaderNotFound, match="Mã, Tên"):
        upload.map_columns("ward", table)


def test_columns_are_found_by_their_vietnamese_headings(departments):
    table = upload.read_table("TÊN,mã\nKhoa Nội,K02\n".encode(), "x.csv")
    assert upload.map_columns("ward", table).rows == [TextRow(2, {"code": "K02", "name": "Khoa Nội"})]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"PK\x03\x04 cut short", upload.UnreadableTable),
        (b"\xd0\xcf\x11\xe0 old", upload.OldSpreadsheet),
        (b"code,name\nK01,Kh\xe1m\n", upload.UnreadableTable),
        (b"%PDF\0\0", upload.UnreadableTable),
    ],
)
def test_what_is_no_list_is_refused_with_a_reason(content, error):
    with pytest.raises(error):
        upload.read_table(content, "khoa.xlsx")


def test_a_bomb_is_not_unpacked(monkeypatch):
    monkeypatch.setattr(upload, "UNPACKED_BYTES", 1_000_000)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 2_000_000)
    with pytest.raises(upload.TableTooLarge):
        upload.read_table(out.getvalue(), "bom.xlsx")


def annex_row(code, name, **marks):
    cells = [""] * 29
    cells[17], cells[21], cells[28] = code, name, " "
    for column, value in marks.items():
        cells[int(column.removeprefix("c")) - 1] = value
    return cells


def test_the_annex_of_tt_06_is_read_by_the_numbers_of_its_columns():
    head = ["" for _ in range(28)] + ["Nam"]
    content = sheet(
        head,
        annex_row("MÃ BỆNH", "TÊN BỆNH"),
        annex_row("", "Chương I", c1="I"),
        annex_row("A17.0†", "Viêm màng não do lao", c29="x"),
        annex_row("Z34.0", "Theo dõi thai", c24="x", c28="x"),
    )
    table = upload.read_table(content, "06-byt-kem.xlsx")
    mapped = upload.map_columns("icd10", table)
    assert "TT 06/2026" in mapped.by
    good, faults = upload.judge_upload(
        upload.found_set("icd10"), mapped.rows, since=dt.date(2026, 7, 1), source="TT 06/2026/TT-BYT"
    )
    assert faults == []
    first, second = (row.row.attrs() for row in good)
    assert good[0].row.code == "A17.0"
    assert first == {
        "mark": "†",
        "chapter": "I",
        "block": "A15-A19",
        "category": "A17",
        "main_allowed": "1",
        "sex": "M",
    }
    assert second == {"chapter": "XXI", "block": "Z30-Z39", "category": "Z34", "main_allowed": "0", "sex": "F"}
