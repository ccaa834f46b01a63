"""Patients as visits describe them; a test states only what it is about."""

from datetime import date

from soyte.kernel.people.matching import Candidate, Card, Newborn

DAY = date(2026, 3, 5)
CITIZEN, OTHER_CITIZEN = "075180000001", "075180000002"
CARD, OTHER_CARD = "GD4757512345678", "GD4757587654321"


def hoa(**changes) -> Candidate:
    """Nguyễn Thị Hoa, born 1980-02-01, without any number unless given."""
    facts = {
        "name": "NGUYỄN THỊ HOA",
        "sex": "2",
        "on": DAY,
        "birth_date": date(1980, 2, 1),
        "birth_precision": "day",
        "facility_code": "70001",
        "commune_code": "25195",
        "province_code": "75",
    }
    return Candidate(**{**facts, **changes})


def card(number=CARD, first=date(2026, 1, 1), end=date(2027, 1, 1)) -> tuple[Card, ...]:
    return (Card(number, first, end),)


def mother(**changes) -> Candidate:
    return hoa(**{"name": "BÙI THỊ MẸ", "birth_date": date(1997, 6, 6), "citizen": "075197000008", **changes})


BORN = date(2026, 3, 1)


def newborn(born_at="202603010530", place="1.1", mother_said=None, **changes) -> Candidate:
    """A child of a birth certificate."""
    facts = {
        "name": "BÙI VĂN BÉ",
        "sex": "1",
        "birth_date": BORN,
        "newborn": Newborn(mother_said or mother(), born_at, place),
    }
    return hoa(**{**facts, **changes})


def own_file(**changes) -> Candidate:
    """The first file of that child's own."""
    facts = {"name": "CON BÀ BÙI THỊ MẸ", "sex": "1", "birth_date": BORN, "patient_no": "BN77"}
    return hoa(**{**facts, **changes})
