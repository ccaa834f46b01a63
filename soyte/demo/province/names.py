"""Vietnamese names by people, sex and year of birth, and the ways clerks write them."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from random import Random

from soyte.demo.province import content
from soyte.demo.province.draws import Weighted

MAJORITY = "Kinh"
WITHOUT_MIDDLE = {"Xtiêng", "Mnông"}
_NEW_PLACES = {  # hòa -> hoà: the mark stands on the second vowel in the older style
    "òa": "oà",
    "óa": "oá",
    "ỏa": "oả",
    "õa": "oã",
    "ọa": "oạ",
    "òe": "oè",
    "óe": "oé",
    "ỏe": "oẻ",
    "õe": "oẽ",
    "ọe": "oẹ",
    "ùy": "uỳ",
    "úy": "uý",
    "ủy": "uỷ",
    "ũy": "uỹ",
    "ụy": "uỵ",
}
_SYLLABLE_END = re.compile("(" + "|".join(_NEW_PLACES) + r")\b", re.IGNORECASE)
_TYPING_SLIPS = (
    ("Mỹ", "Mĩ"),
    ("Lý", "Lí"),
    ("Quý", "Quí"),
    ("Vũ", "Vủ"),
    ("Nguyễn", "Nguyển"),
    ("Dũng", "Dủng"),
    ("Thúy", "Thuí"),
    ("Huỳnh", "Hùynh"),
    ("Ngọc", "Ngoc"),
    ("Đ", "D"),
    ("ng", "n"),
    ("i", "y"),
)


@cache
def _families(ethnic: str, sex: str) -> Weighted[str]:
    found = [
        (r["name"], float(r["weight"]))
        for r in content.rows("family_names")
        if r["ethnic"] == ethnic and r["sex"] in ("", sex)
    ]
    return Weighted(found) if found else _families(MAJORITY, sex)


@cache
def _middles(sex: str, era: str) -> Weighted[str]:
    return Weighted((r["name"], float(r[era])) for r in content.rows("middle_names") if r["sex"] == sex)


@cache
def _givens(ethnic: str, sex: str, year: int) -> Weighted[str]:
    found = [
        (r["name"], float(r["weight"]))
        for r in content.rows("given_names")
        if r["ethnic"] == ethnic and r["sex"] == sex and int(r["born_from"]) <= year <= int(r["born_to"])
    ]
    return Weighted(found) if found else _givens(MAJORITY, sex, year)


def draw_family(rng: Random, *, ethnic: str, sex: str) -> str:
    return _families(ethnic, sex).draw(rng)


def draw_personal(rng: Random, *, ethnic: str, sex: str, year: int) -> str:
    """Middle and given name."""
    given = _givens(ethnic, sex, year).draw(rng)
    if ethnic in WITHOUT_MIDDLE:
        return given
    era = "weight_born_before_1985" if year < 1985 else "weight_born_after_2005" if year > 2005 else "weight"
    middle = _middles(sex, era).draw(rng)
    return given if middle.endswith(given) else f"{middle} {given}"


def old_tone(name: str) -> str:
    """The older placing of tone marks: Hòa -> Hoà, Thúy -> Thuý; "quý" keeps its own."""

    def moved(match: re.Match[str]) -> str:
        before = name[match.start() - 1 : match.start()].lower()
        text = match.group(0)
        if before == "q":
            return text
        new = _NEW_PLACES[text.lower()]
        return new.upper() if text.isupper() else new[0].upper() + new[1:] if text[0].isupper() else new

    return _SYLLABLE_END.sub(moved, name)


def without_marks(name: str) -> str:
    """As typed on a machine without a Vietnamese keyboard."""
    bare = "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))
    return bare.replace("đ", "d").replace("Đ", "D")


def slip(rng: Random, name: str) -> str:
    """A clerk's slip: one spelling replaced by one that sounds or looks alike."""
    possible = [(right, wrong) for right, wrong in _TYPING_SLIPS if right in name]
    if not possible:
        return name
    right, wrong = rng.choice(possible)
    return name.replace(right, wrong, 1)
