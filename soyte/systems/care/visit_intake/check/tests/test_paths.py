"""Which files are taken, and in which order."""

import os

import pytest

from soyte.systems.care.visit_intake.check.paths import (
    LONGEST_NAME,
    PathMissingError,
    Skipped,
    VisitFile,
    open_regular,
    plain_name,
    require,
    visit_files,
)


def names(*paths):
    return [(entry.path, getattr(entry, "reason", "")) for entry in visit_files(map(str, paths))]


def test_a_folder_is_walked_in_the_order_of_its_names(tmp_path):
    for name in ("b.xml", "a/z.xml", "a/b/y.XML", "c.xml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("<x/>")
    assert [path for path, _ in names(tmp_path)] == [
        f"{tmp_path}/a/b/y.XML", f"{tmp_path}/a/z.xml", f"{tmp_path}/b.xml", f"{tmp_path}/c.xml",
    ]  # fmt: skip


def test_arguments_keep_their_order_and_their_spelling(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("b.xml", "a.xml"):
        (tmp_path / name).write_text("<x/>")
    assert [path for path, _ in names("./b.xml", "a.xml", ".")] == ["./b.xml", "a.xml", "./a.xml", "./b.xml"]


def test_whatever_is_no_regular_xml_file_is_named_and_not_followed(tmp_path):
    (tmp_path / "a.xml").write_text("<x/>")
    (tmp_path / "readme.txt").write_text("x")
    (tmp_path / "link.xml").symlink_to(tmp_path / "a.xml")
    (tmp_path / "round").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe.xml")
    assert names(tmp_path) == [
        (f"{tmp_path}/a.xml", ""),
        (f"{tmp_path}/link.xml", "path.link"),
        (f"{tmp_path}/pipe.xml", "path.special"),
        (f"{tmp_path}/readme.txt", "path.other_name"),
        (f"{tmp_path}/round", "path.link"),
    ]


def test_a_missing_path_is_found_before_anything_is_read(tmp_path):
    with pytest.raises(PathMissingError):
        require([str(tmp_path), str(tmp_path / "nowhere")])


def test_a_name_that_is_no_utf8_can_be_printed():
    assert VisitFile(os.fsdecode(b"th\xe1ng.xml"), 0).shown == "th\ufffdng.xml"
    assert Skipped("a", "path.link").shown == "a"


def test_lists_name_a_file_below_what_was_given_and_not_where_that_lies(tmp_path):
    (tmp_path / "thang9").mkdir()
    (tmp_path / "thang9" / "a.xml").write_text("<x/>")
    listed = [entry.listed for path in (tmp_path, tmp_path / "thang9" / "a.xml") for entry in visit_files([str(path)])]
    assert listed == ["thang9/a.xml", "a.xml"]


def test_a_name_in_a_list_is_one_line_that_reads_forwards():
    assert plain_name("tha\u0301ng\n\u202e9\u2066.xml") == "tháng\ufffd\ufffd9\ufffd.xml"
    long = plain_name("đ" * 300 + ".xml")
    assert len(long) == LONGEST_NAME and long.endswith("đ.xml") and "…" in long


def test_a_pipe_put_in_the_place_of_a_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.xml")
    with pytest.raises(OSError):
        open_regular(str(tmp_path / "a.xml"))


def test_a_link_put_in_the_place_of_a_file_is_not_followed(tmp_path):
    (tmp_path / "b.xml").write_text("<x/>")
    (tmp_path / "a.xml").symlink_to(tmp_path / "b.xml")
    with pytest.raises(OSError):
        open_regular(str(tmp_path / "a.xml"))
