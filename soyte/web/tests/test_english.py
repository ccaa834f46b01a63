"""Titles that come from content files speak the reader's language too."""

import pytest
from django.utils import translation

from soyte.engines.indicators.content import indicators
from soyte.kernel.access.roles import purposes, roles
from soyte.kernel.content.manifest import found_sets
from soyte.kernel.systems import menu, permissions


@pytest.mark.parametrize(
    "texts",
    [
        lambda: [role.title for role in roles().values()],
        lambda: [role.about for role in roles().values()],
        lambda: purposes().values(),
        lambda: [indicator.title for indicator in indicators().values()],
        lambda: [indicator.explanation for indicator in indicators().values()],
        lambda: [permission.title for permission in permissions().values()],
        lambda: [entry.title for entry in menu()],
        lambda: [translation.gettext(found.manifest.title) for found in found_sets().values()],
    ],
    ids=["roles", "what roles do", "purposes", "indicators", "what they count", "permissions", "menu", "lists"],
)
def test_each_has_its_english(texts):
    with translation.override("vi"):
        vietnamese = [str(text) for text in texts()]
    with translation.override("en"):
        english = [str(text) for text in texts()]
    assert vietnamese and len(vietnamese) == len(english)
    assert [said for said, meant in zip(vietnamese, english, strict=True) if said == meant] == []
    assert [text for text in english if any(letter in text for letter in "ạảấầẩậắằẵặẹẻếềểệịọỏốồổộớờởợụủứừửựỳỵđ")] == []


def test_one_is_told_from_many():
    one, two = (translation.ngettext("%(count)s lượt", "%(count)s lượt", number) for number in (1, 2))
    assert one == two == "%(count)s lượt"
    with translation.override("en"):
        one, two = (translation.ngettext("%(count)s lượt", "%(count)s lượt", number) for number in (1, 2))
    assert (one, two) == ("%(count)s visit", "%(count)s visits")
