"""The file around the visits and its sender."""

from datetime import date

import pytest

from soyte.formats.visitfile import Finding
from soyte.systems.care.visit_intake.rules import check_envelope, verdict, version_day
from soyte.systems.care.visit_intake.rules.tests.visits import RECEIVED, found, survey, visit


def envelope(sender=None, on=RECEIVED, **changes):
    return {
        each.code: each.severity for each in check_envelope(survey(**changes), received_on=on, sender_facility=sender)
    }


def test_a_good_envelope_has_no_finding():
    assert envelope() == {}


def test_a_file_made_tomorrow_warns_and_counts_as_of_today():
    assert envelope(made_on="20261121") == {"envelope.NGAYLAP.future": "warning"}
    assert version_day(survey(made_on="20261121"), received_on=RECEIVED) == RECEIVED
    assert version_day(survey(made_on="20260930"), received_on=RECEIVED) == date(2026, 9, 30)
    assert version_day(survey(made_on="x"), received_on=RECEIVED) == RECEIVED


def test_a_missing_signature_warns_since_it_is_the_law():
    assert envelope(signed=False) == {"envelope.CHUKYDONVI.empty": "warning"}
    assert envelope(signed=False, made_on="20251231") == {"envelope.CHUKYDONVI.empty": "note"}


def test_a_fatal_finding_refuses_the_file():
    assert envelope(fatal=Finding("file.dtd")) == {"file.dtd": "error"}


@pytest.mark.parametrize("codes", [("70002", "70001"), ("70001", "70002")])
def test_a_signed_in_sender_names_only_his_own_facility(codes):
    outer, inner = codes
    judged = found(visit(MA_CSKCB=inner), sender="70001", envelope=survey(facility_code=outer))
    assert "error" in judged.values()
    assert "error" not in found(visit(MA_CSKCB=inner), envelope=survey(facility_code=outer)).values()


def test_the_verdict_is_that_of_the_worst_finding():
    assert verdict(check_envelope(survey(signed=False), received_on=RECEIVED)) == "accepted"
    assert verdict(check_envelope(survey(fatal=Finding("file.dtd")), received_on=RECEIVED)) == "refused"
