"""Titles that come from content files speak the reader's language too."""

import pytest
from django.utils import translation

from soyte.engines.indicators.content import indicators
from soyte.kernel.access.roles import purposes, roles
from soyte.kernel.codes.files import load_list
from soyte.kernel.content.manifest import found_sets
from soyte.kernel.systems import menu, permissions
from soyte.systems.steering.plan_targets.content import named_systems, plans

VIETNAMESE = frozenset("ạảấầẩậắằẵặẹẻếềểệịọỏốồổộớờởợụủứừửựỳỵđ")


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
        lambda: [
            translation.gettext(said) for found in found_sets().values() for said in found.manifest.headings.values()
        ],
        lambda: [indicator.source.document for indicator in indicators().values()],
        lambda: [
            said for plan in plans().values() for one in plan.targets for said in (one.title, one.numerator, one.owner)
        ],
        lambda: [system.title for system in named_systems().values()],
        lambda: [translation.gettext(kind.name) for kind in load_list("visit_kind")],
        lambda: [translation.gettext(result.name) for result in load_list("treatment_result")],
        lambda: [translation.gettext(one.name) for one in load_list("notifiable_disease") if VIETNAMESE & {*one.name}],
        lambda: [translation.gettext(one.attrs["about"]) for one in load_list("plain_result")],
        lambda: [translation.gettext(form.name) for form in load_list("statistical_form")],
    ],
    ids=[
        "roles",
        "what roles do",
        "purposes",
        "indicators",
        "what they count",
        "permissions",
        "menu",
        "lists",
        "columns of lists",
        "sources",
        "targets",
        "systems of the plan",
        "kinds of visit",
        "results of care",
        "diseases",
        "plain results",
        "tables",
    ],
)
def test_each_has_its_english(texts):
    with translation.override("vi"):
        vietnamese = [str(text) for text in texts()]
    with translation.override("en"):
        english = [str(text) for text in texts()]
    assert vietnamese and len(vietnamese) == len(english)
    assert [said for said, meant in zip(vietnamese, english, strict=True) if said == meant] == []
    assert [text for text in english if VIETNAMESE & {*text}] == []


def test_one_is_told_from_many():
    one, two = (translation.ngettext("%(count)s lượt", "%(count)s lượt", number) for number in (1, 2))
    assert one == two == "%(count)s lượt"
    with translation.override("en"):
        one, two = (translation.ngettext("%(count)s lượt", "%(count)s lượt", number) for number in (1, 2))
    assert (one, two) == ("%(count)s visit", "%(count)s visits")
