"""What is no file's fault stops the work with plain words, and the same files finish it afterwards."""

import errno
import json

import psycopg
import pytest
from django.db import OperationalError

from soyte.clinical.encounters.models import Encounter
from soyte.systems.care.visit_intake import cli
from soyte.systems.care.visit_intake.ingest import batch, receive
from soyte.systems.care.visit_intake.ingest.faults import is_disk_full, words_of
from soyte.systems.care.visit_intake.ingest.tests.files import file, send_one, visit
from soyte.systems.care.visit_intake.models import Receipt

pytestmark = pytest.mark.django_db


def disk_full() -> OperationalError:
    error = OperationalError("could not extend file")
    error.__cause__ = psycopg.errors.DiskFull("could not extend file")
    return error


def fail_at(monkeypatch, call: int, error: Exception) -> None:
    """The `call`-th batch cannot be written."""
    calls, write = [], batch._Batch.write

    def failing(self):
        calls.append(True)
        if len(calls) == call:
            raise error
        write(self)

    monkeypatch.setattr(batch._Batch, "write", failing)


def test_a_full_disk_stops_the_command_and_the_next_call_finishes(monkeypatch, tmp_path, capsys):
    visits = [visit(f"LK{n}", SO_CCCD=f"0700850{n:05}") for n in range(6)]
    (tmp_path / "a.xml").write_bytes(file(*visits))
    with monkeypatch.context() as patched:
        patched.setattr(receive, "BATCH_VISITS", 2)
        patched.setitem(receive.receive.__kwdefaults__, "batch_visits", 2)
        fail_at(patched, 2, disk_full())
        assert cli.ingest_main([str(tmp_path), "--json"]) == 2
    told = capsys.readouterr()
    assert "Ổ đĩa đầy" in told.err and "chạy lại" in told.err and not told.out
    assert Encounter.objects.count() == 2 and Receipt.objects.get().state == "received"

    assert cli.ingest_main([str(tmp_path), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["visits"], result["accepted"], result["replaced"]) == (6, 6, 0)
    assert Encounter.objects.count() == Encounter.objects.filter(in_force=True).count() == 6
    assert Receipt.objects.get().state == "done"


def test_a_deadlock_is_tried_again(monkeypatch):
    error = OperationalError("deadlock detected")
    error.__cause__ = psycopg.errors.DeadlockDetected("deadlock detected")
    fail_at(monkeypatch, 1, error)
    assert send_one(file(visit())).accepted == 1


def test_the_words_say_what_happened():
    assert is_disk_full(OSError(errno.ENOSPC, "No space left on device")) and is_disk_full(disk_full())
    assert "Ổ đĩa đầy" in words_of(OSError(errno.ENOSPC, "No space left on device"))
    assert "cơ sở dữ liệu" in words_of(OperationalError("gone"))
    assert "a.xml" in words_of(PermissionError(errno.EACCES, "Permission denied", "a.xml"))


@pytest.mark.parametrize("arguments", [["/nowhere/at/all"], ["/nowhere/at/all", "--json"]])
def test_a_path_that_does_not_exist_stops_before_anything_is_read(arguments, capsys):
    assert cli.ingest_main(arguments) == 2
    told = capsys.readouterr()
    assert "/nowhere/at/all" in told.err and not told.out
