"""`soyte ingest`: programs read paths as they gave them, the list that others read does not show where these lie."""

import json

import pytest

from soyte.systems.care.visit_intake import cli
from soyte.systems.care.visit_intake.models import Receipt
from soyte.systems.care.visit_intake.tests.offices import bad

pytestmark = pytest.mark.django_db


def test_the_answer_names_the_path_as_given_and_the_list_what_lies_below_it(tmp_path, capsys):
    (tmp_path / "thang9").mkdir()
    for path in ("thang9/a.xml", "b.xml"):
        (tmp_path / path).write_bytes(bad(path))
    assert cli.ingest_main([str(tmp_path), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert {error["file"] for error in told["errors"]} == {f"{tmp_path}/thang9/a.xml", f"{tmp_path}/b.xml"}
    assert list(Receipt.objects.order_by("id").values_list("filename", flat=True)) == ["b.xml", "thang9/a.xml"]
