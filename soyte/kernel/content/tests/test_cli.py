"""`soyte content`."""

import pytest

from soyte.kernel.content import check
from soyte.kernel.content.cli import main
from soyte.kernel.content.faults import Fault


def test_check_needs_no_database(capsys):
    assert main(["check"]) == 0
    assert "không có lỗi" in capsys.readouterr().out


def test_check_names_each_fault(capsys, monkeypatch):
    fault = Fault("soyte/x/content/ward.csv", 7, "code", "string_too_short")
    monkeypatch.setattr("soyte.kernel.content.cli.check_all", lambda: [fault])
    assert main(["check"]) == 1
    assert "ward.csv:7: code: Để trống. Điền cột này." in capsys.readouterr().err
    assert check.check_all() == []


@pytest.mark.django_db
def test_preview_shows_what_load_then_does(capsys):
    assert main(["preview", "--set", "sex"]) == 0
    assert "sex: 3 mới" in capsys.readouterr().out
    assert main(["load", "--set", "sex"]) == 0
    assert "sex: 3 mới" in capsys.readouterr().out
    assert main(["preview", "--set", "sex"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.django_db
def test_a_set_that_is_not_there_is_said(capsys):
    assert main(["load", "--set", "no_such_set"]) == 2
    assert "no_such_set" in capsys.readouterr().err


@pytest.mark.django_db
def test_everything_is_loaded_once(capsys):
    assert main(["load"]) == 0
    capsys.readouterr()
    assert main(["load"]) == 0
    assert " mới" not in capsys.readouterr().out
