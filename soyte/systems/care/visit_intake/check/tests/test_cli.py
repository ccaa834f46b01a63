"""The command as an outside program sees it."""

import json
import os
import subprocess
import sys
import zipfile
from datetime import date

import pytest

from soyte.formats.visitfile import write_check_in, write_file
from soyte.systems.care.visit_intake.check.cli import main
from soyte.systems.care.visit_intake.check.paths import visit_files
from soyte.systems.care.visit_intake.check.running import reports
from soyte.systems.care.visit_intake.rules.tests.visits import HOSPITAL, SUMMARY, visit

TODAY = date(2026, 11, 20)
KEYS = {"files", "visits", "accepted", "rejected", "replaced", "persons_new", "rows", "seconds", "errors"}
ERROR_KEYS = {"file", "visit", "table", "line", "field", "code", "severity", "message"}


def content(*visits, **envelope):
    facts = {"facility_code": HOSPITAL, "made_on": "20260930"} | envelope
    tables = [{name: [row.values for row in rows] for name, rows in each.tables.items()} for each in visits]
    return write_file(tables, **facts)


def coded(code, **changes):
    made = visit(**changes)
    for rows in made.tables.values():
        for row in rows:
            row.values["MA_LK"] = code
    return made


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "tep"
    made.mkdir()
    return made


@pytest.fixture
def run(tmp_path, folder, capsys):
    def call(*more, paths=None):
        status = main([*map(str, paths or [folder]), "--out", str(tmp_path / "out"), "--json", *more], today=TODAY)
        told = json.loads(capsys.readouterr().out)
        # The builder does not sign; what is said of the signature has its own test.
        told["errors"] = [error for error in told["errors"] if error["field"] != "CHUKYDONVI"]
        return status, told

    return call


def test_all_taken_is_0_and_nothing_is_said(folder, run):
    (folder / "a.xml").write_bytes(content(coded("LK1"), coded("LK2")))
    status, told = run()
    assert status == 0
    assert set(told) == KEYS
    counts = {key: told[key] for key in ("files", "visits", "accepted", "rejected", "replaced")}
    assert counts == {"files": 1, "visits": 2, "accepted": 2, "rejected": 0, "replaced": 0}
    assert told["persons_new"] is told["rows"] is None
    assert told["errors"] == []


def test_a_bad_visit_is_1_and_leaves_its_neighbours(folder, run):
    (folder / "a.xml").write_bytes(content(coded("LK1"), coded("LK2", T_THUOC="99")))
    status, told = run()
    assert (status, told["accepted"], told["rejected"]) == (1, 1, 1)
    (error,) = told["errors"]
    assert set(error) == ERROR_KEYS
    assert error["file"] == str(folder / "a.xml")
    assert (error["visit"], error["table"], error["line"], error["field"]) == ("LK2", "XML1", 1, "T_THUOC")
    assert (error["code"], error["severity"]) == ("sum.T_THUOC", "error")
    assert "99" in error["message"]


def test_a_visit_sent_again_within_the_call_is_replaced(folder, run):
    (folder / "1.xml").write_bytes(content(coded("LK1"), coded("LK2", T_THUOC="99")))
    (folder / "2.xml").write_bytes(content(coded("LK1"), coded("LK2")))
    _, told = run()
    assert (told["visits"], told["accepted"], told["rejected"], told["replaced"]) == (4, 3, 1, 1)


def test_an_orphan_line_names_its_table_and_both_codes(folder, run):
    bad = coded("LK1")
    bad.tables["XML2"][0].values["MA_LK"] = f"{HOSPITAL}LK1"
    (folder / "a.xml").write_bytes(content(bad))
    status, told = run()
    (error,) = told["errors"]
    assert status == 1
    assert (error["visit"], error["table"], error["line"], error["field"]) == ("LK1", "XML2", 1, "MA_LK")
    assert f"{HOSPITAL}LK1" in error["message"] and "“LK1”" in error["message"]


def test_one_code_at_two_visits_refuses_both(folder, run):
    (folder / "a.xml").write_bytes(content(coded("LK1"), coded("LK1")))
    _, told = run()
    assert (told["accepted"], told["rejected"]) == (0, 2)


def test_an_envelope_field_has_no_table(folder, run):
    (folder / "a.xml").write_bytes(content(coded("LK1"), facility_code="70002", declared_count=3))
    status, told = run()
    assert status == 0
    assert {(error["table"], error["field"], error["severity"]) for error in told["errors"]} == {
        (None, "MACSKCB", "warning"), (None, "SOLUONGHOSO", "warning"),
    }  # fmt: skip


def test_a_missing_table_is_named_without_a_field(folder, run):
    stay = {"MA_LOAI_KCB": "03", "SO_NGAY_DTRI": "1", "NGAY_VAO_NOI_TRU": "202609010800", "LY_DO_VNT": "x"}
    (folder / "a.xml").write_bytes(content(coded("LK1", **stay)))
    _, told = run()
    assert ("XML7", None, "error") in {(error["table"], error["field"], error["severity"]) for error in told["errors"]}


def test_a_truncated_file_counts_as_a_file_only(folder, run):
    (folder / "a.xml").write_bytes(content(coded("LK1"), coded("LK2"))[:-60])
    status, told = run()
    assert (status, told["files"], told["visits"]) == (1, 1, 0)
    assert told["errors"][0]["severity"] == "error"


def test_a_visit_whose_summary_cannot_be_read_has_no_code(folder, run):
    broken = content(coded("LK1")).replace(b"<LOAIHOSO>XML1</LOAIHOSO>", b"<LOAIHOSO>XML16</LOAIHOSO>")
    (folder / "a.xml").write_bytes(broken)
    _, told = run()
    assert (told["visits"], told["rejected"]) == (1, 1)
    assert {error["visit"] for error in told["errors"]} == {None}


def test_a_check_in_counts_as_a_file_not_as_a_visit(folder, run):
    row = {key: SUMMARY[key] for key in ("MA_LK", "STT", "MA_BN", "HO_TEN", "NGAY_SINH", "GIOI_TINH", "MA_DOITUONG_KCB", "NGAY_VAO", "MA_LOAI_KCB", "MA_CSKCB")}  # fmt: skip
    (folder / "a.xml").write_bytes(
        write_check_in([row | {"MA_DICH_VU": "02.1897", "TEN_DICH_VU": "Khám", "NGAY_YL": "202609010810"}])
    )
    status, told = run()
    assert (status, told["files"], told["visits"], told["errors"]) == (0, 1, 0, [])


@pytest.mark.parametrize(
    ("signature", "code"), [("", "envelope.CHUKYDONVI.empty"), ("<Signature/>", "signature.unchecked")]
)
def test_a_signature_that_is_absent_or_cannot_be_checked_warns(folder, tmp_path, capsys, signature, code):
    (folder / "a.xml").write_bytes(content(coded("LK1"), signature=signature))
    assert main([str(folder), "--out", str(tmp_path / "out"), "--json"], today=TODAY) == 0
    (error,) = json.loads(capsys.readouterr().out)["errors"]
    assert (error["code"], error["severity"], error["table"], error["field"]) == (code, "warning", None, "CHUKYDONVI")


def test_what_is_no_file_is_a_note_shown_on_demand(folder, run):
    (folder / "a.xml").write_bytes(content(coded("LK1")))
    (folder / "b.xml").symlink_to(folder / "a.xml")
    os.mkfifo(folder / "c.xml")
    with zipfile.ZipFile(folder / "d.zip", "w") as archive:
        archive.writestr("a.xml", "x")
    status, told = run()
    assert (status, told["files"], told["errors"]) == (0, 1, [])
    _, told = run("--notes")
    notes = [(error["file"], error["code"]) for error in told["errors"] if error["code"].startswith("path.")]
    assert notes == [
        (str(folder / "b.xml"), "path.link"), (str(folder / "c.xml"), "path.special"), (str(folder / "d.zip"), "path.other_name"),
    ]  # fmt: skip


def test_compressed_bytes_are_refused(folder, run):
    (folder / "a.xml").write_bytes(b"\x1f\x8b\x08\x00" + b"0" * 50)
    status, told = run()
    assert (status, told["errors"][0]["code"]) == (1, "file.compressed")


def test_a_file_that_cannot_be_read_is_refused_by_name(folder, run, monkeypatch):
    (folder / "a.xml").write_bytes(content(coded("LK1")))
    monkeypatch.setattr("soyte.systems.care.visit_intake.check.reading.open_regular", _denied)
    status, told = run()
    assert (status, told["errors"][0]["code"]) == (1, "file.unreadable")


def _denied(path):
    raise PermissionError(13, "Permission denied", path)


def test_a_path_that_is_not_there_is_2(tmp_path, capsys):
    assert main([str(tmp_path / "nowhere"), "--out", str(tmp_path / "out")], today=TODAY) == 2
    assert "nowhere" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_report_that_cannot_be_written_is_2(folder, tmp_path, capsys):
    (tmp_path / "out").write_text("a file in the way")
    assert main([str(folder), "--out", str(tmp_path / "out"), "--json"], today=TODAY) == 2
    assert "--out" in capsys.readouterr().err


def test_without_json_a_person_is_told_in_words(folder, tmp_path, capsys):
    (folder / "a.xml").write_bytes(content(coded("LK1", T_THUOC="99")))
    assert main([str(folder), "--out", str(tmp_path / "out")], today=TODAY) == 1
    told = capsys.readouterr().out
    assert "Lượt khám: 1;" in told and "soyte-check.html" in told


def test_many_processes_tell_the_same_in_the_same_order(folder):
    for number in range(20):
        (folder / f"{number:02d}.xml").write_bytes(content(coded(f"LK{number}", T_THUOC=str(number))))
    alone = list(reports(visit_files([str(folder)]), received_on=TODAY, processes=1))
    together = list(reports(visit_files([str(folder)]), received_on=TODAY, processes=3))
    assert [report.path for report in together] == [report.path for report in alone]
    assert [report.visits for report in together] == [report.visits for report in alone]


def test_the_command_needs_no_django():
    code = "import sys, soyte.systems.care.visit_intake.check.cli; sys.exit('django' in sys.modules or 'psycopg' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
