"""Every fault of a content file is named with its file, its line, its field and a mend."""

import pytest

from soyte.kernel.content import messages
from soyte.kernel.content.check import check_all
from soyte.kernel.content.faults import Fault
from soyte.kernel.content.manifest import found_sets
from soyte.kernel.content.tests.people import MANIFEST, write_set

GOOD = "code,name\nK01,Khoa Khám bệnh\n"


def faults_of(root, rows=GOOD, manifest=MANIFEST):
    found_sets.cache_clear()
    return [
        (f.path.rsplit("/", 1)[-1], f.line, f.field, f.code)
        for f in check_all(write_set(root, rows, manifest=manifest))
    ]


def test_the_content_of_the_house_has_no_fault():
    found_sets.cache_clear()
    assert [messages.line(fault) for fault in check_all()] == []


def test_a_good_set_has_no_fault(tmp_path):
    assert faults_of(tmp_path) == []


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ("code,name\nK01,Khám\n,Nội\n", ("ward.csv", 3, "code", "string_too_short")),
        ("code,name\nK01,Khám,thừa\n", ("ward.csv", 2, "", "csv.width")),
        ("code,name,colour\nK01,Khám,đỏ\n", ("ward.csv", 2, "colour", "extra_forbidden")),
        ("code,name,state\nK01,Khám,maybe\n", ("ward.csv", 2, "state", "literal_error")),
        ("code,name,valid_from\nK01,Khám,1/2/2026\n", ("ward.csv", 2, "valid_from", "date_from_datetime_parsing")),
        ("code,name,valid_from,valid_to\nK01,Khám,2026-01-01,2025-01-01\n", ("ward.csv", 2, "", "dates.order")),
        ("code,name,version\nK01,Khám,qd_9\n", ("ward.csv", 2, "version", "row.version")),
        ("code,name\nK01,Khám\nK01,Nội\n", ("ward.csv", 0, "", "rows.overlap")),
        ("code,code\nK01,Khám\n", ("ward.csv", 1, "code", "csv.header")),
        ('code,name\n"K01\n,Khám"\nK02,"x" y\n', ("ward.csv", 2, "", "csv.width")),
    ],
)
def test_a_faulty_row_is_named_by_line_and_field(tmp_path, rows, fault):
    assert fault in faults_of(tmp_path, rows)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("title: Khoa\n", "", ("ward.yaml", 1, "title", "missing")),
        ("    state: official\n", "    state: perhaps\n", ("ward.yaml", 9, "versions.current.state", "literal_error")),
        ("target: codes", "target: nowhere", ("ward.yaml", 1, "target", "manifest.target")),
        ("file: {code}.csv", "file: {code}.csv\nschema: NoSuchRow", ("ward.yaml", 1, "schema", "manifest.schema")),
        ("code: {code}", "code: other", ("ward.yaml", 1, "code", "manifest.name")),
        ("title: Khoa", "title: a: b", ("ward.yaml", 2, "", "yaml")),
        ("versions:", "headings: {{colour: Màu}}\nversions:", ("ward.yaml", 1, "headings", "columns.field")),
    ],
)
def test_a_faulty_manifest_is_named_by_line_and_key(tmp_path, old, new, fault):
    assert fault in faults_of(tmp_path, manifest=MANIFEST.replace(old, new))


def test_a_fault_reads_as_a_sentence_with_its_mend():
    fault = Fault("soyte/x/content/ward.csv", 3, "code", "string_too_short")
    assert messages.line(fault) == "soyte/x/content/ward.csv:3: code: Để trống. Điền cột này."
    unheard_of = Fault("a.csv", 1, "n", "some_new_kind", "z")
    assert "some_new_kind" in messages.line(unheard_of)
