"""Every sample of the reference set gives the verdict that is expected of the shape of a file.

Values, sums and code lists are judged by rules; here are the codes of the codec (F01-F11, F13-F19), the number of
visits, the generation and the lines of each table.
"""

import csv
from collections import Counter

import pytest

from soyte.formats.visitfile import SHORT_CODES, read_check_in
from soyte.formats.visitfile.tests.files import read

RULES = {"F12", "F20", "F21", "F22", "F23", "F24"}
UNLISTED = {"table.inline", "table.order"}  # notes for which the reference set has no code


def expectations(test_data):
    with (test_data / "xml130" / "EXPECTED.csv").open(encoding="utf-8-sig") as rows:
        yield from csv.DictReader(rows)


def outcome(content):
    survey, visits = read(content)
    findings = list(survey.findings) + ([survey.fatal] if survey.fatal else [])
    lines: Counter[str] = Counter()
    if survey.kind == "check_in":
        sheet = read_check_in(content)
        findings += sheet.findings
        lines["XML0"] = len(sheet.rows)
    for visit in visits:
        findings += visit.findings
        lines.update({name: len(rows) for name, rows in visit.tables.items()})
    return {
        "codes": {SHORT_CODES.get(finding.code, finding.code) for finding in findings} - UNLISTED,
        "visits": len(visits),
        "lines": ";".join(f"{name}:{lines[name]}" for name in sorted(lines, key=lambda name: int(name[3:]))),
        "generations": {visit.generation for visit in visits},
    }


def test_every_sample_has_the_expected_shape(test_data):
    wrong = []
    for row in expectations(test_data):
        found = outcome((test_data / "xml130" / row["file"]).read_bytes())
        codes = {code for code in f"{row['codes']} {row['info']}".split() if code.startswith("F")} - RULES
        expected = {"codes": codes, "visits": int(row["n_hoso"] or 0)}
        if row["lines"]:
            expected["lines"] = row["lines"]
        if row["version"] and row["kind"] == "visit":
            expected["generations"] = {row["version"].partition("/")[0]}
        wrong += [(row["file"], key, found[key], value) for key, value in expected.items() if found[key] != value]
    assert wrong == []


def test_the_pieces_of_every_sample_join_to_its_bytes(test_data):
    for path in sorted((test_data / "xml130").rglob("*.xml")):
        content = path.read_bytes()
        survey, _ = read(content)
        assert survey.fatal or b"".join(content[start:end] for start, end in survey.pieces) == content, path


@pytest.mark.parametrize("name", ["02_external_entity_file.xml", "04_billion_laughs.xml"])
def test_nothing_of_an_entity_is_in_a_message(test_data, name):
    survey, _ = read((test_data / "xml130" / "bad_input" / name).read_bytes())
    assert survey.fatal.code == "file.dtd"
    assert set(survey.fatal.params) == {"text_line"} and survey.fatal.value == ""
