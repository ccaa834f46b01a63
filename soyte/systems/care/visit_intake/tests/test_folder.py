"""The watched folder takes what lies still and whole, and moves nothing else."""

import os
import time
from pathlib import Path

import pytest

from soyte.clinical.encounters.models import Encounter
from soyte.systems.care.visit_intake import folder
from soyte.systems.care.visit_intake.ingest.tests.files import file, visit
from soyte.systems.care.visit_intake.models import Receipt

pytestmark = pytest.mark.django_db
NOW = time.time()


@pytest.fixture(autouse=True)
def forget():
    folder._unreadable.clear()


def drop(root: Path, name: str, content: bytes, *, seconds_ago: float = 60) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (NOW - seconds_ago, NOW - seconds_ago))
    return path


def run(root: Path, *, later: float = 0):
    return folder.receive_folder(root, now=NOW + later)


def test_a_whole_file_is_received_and_put_away(tmp_path):
    dropped = drop(tmp_path, "thang9/a.xml", file(visit()))
    (told,) = run(tmp_path)
    assert told.name == "thang9/a.xml" and told.accepted == 1 and Receipt.objects.get().channel == "folder"
    assert not dropped.exists() and len(list((tmp_path / folder.RECEIVED).rglob("a.xml"))) == 1
    assert run(tmp_path) == []


def test_a_file_that_is_still_being_written_is_waited_for(tmp_path):
    content = file(visit())
    path = drop(tmp_path, "a.xml", content[:300], seconds_ago=1)
    assert run(tmp_path) == [] and path.exists()
    drop(tmp_path, "a.xml", content[:300], seconds_ago=60)  # the copy stalls
    assert run(tmp_path) == [] and path.exists()
    drop(tmp_path, "a.xml", content, seconds_ago=60)
    assert [one.accepted for one in run(tmp_path)] == [1] and Encounter.objects.count() == 1


def test_a_copy_that_was_given_up_is_told_left_and_does_not_hinder_the_second_try(tmp_path):
    content = file(visit())
    path = drop(tmp_path, "a.xml", content[:300], seconds_ago=3600)
    (told,) = run(tmp_path)
    assert told.file_refused and path.exists() and not Encounter.objects.exists()
    assert run(tmp_path) == []  # not again and again
    drop(tmp_path, "a.xml", content)
    assert [one.accepted for one in run(tmp_path)] == [1] and not path.exists()


@pytest.mark.parametrize("name", [".a.xml", "~a.xml", "a.tmp.xml", "a.part.xml", "a.xml.tmp", "a.txt"])
def test_names_of_unfinished_files_are_left_alone(tmp_path, name):
    path = drop(tmp_path, name, file(visit()))
    assert run(tmp_path) == [] and path.exists()


def test_a_link_is_not_followed(tmp_path):
    outside = drop(tmp_path / "elsewhere", "a.xml", file(visit()))
    root = tmp_path / "inbox"
    root.mkdir()
    (root / "a.xml").symlink_to(outside)
    assert run(root) == [] and outside.exists()


def test_two_files_of_one_name_are_both_kept(tmp_path):
    for n in (1, 2):
        drop(tmp_path, "a.xml", file(visit(f"LK{n}")))
        run(tmp_path)
    assert len(list((tmp_path / folder.RECEIVED).rglob("*.xml"))) == 2


def test_files_are_received_in_the_order_of_their_names(tmp_path):
    for name in ("b.xml", "a.xml", "c/a.xml"):
        drop(tmp_path, name, file(visit(LY_DO_VV=name)))
    assert [one.name for one in run(tmp_path)] == ["a.xml", "b.xml", "c/a.xml"]
    assert Encounter.objects.get(in_force=True).reason == "c/a.xml"
