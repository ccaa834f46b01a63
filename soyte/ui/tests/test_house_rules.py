"""What every template of the house keeps, whoever wrote it."""

import gzip
import re
from pathlib import Path

import pytest

import soyte
from soyte.ui import icons

HOUSE = Path(soyte.__path__[0])
TEMPLATES = sorted(HOUSE.glob("**/templates/**/*.html"))
# Reports that stand alone, outside the site and its content security policy, bring their own style.
STANDALONE = {"check"}
PAGES = [file for file in TEMPLATES if not STANDALONE & set(file.relative_to(HOUSE).parts)]


def name(file):
    return str(file.relative_to(HOUSE))


@pytest.mark.parametrize("file", PAGES, ids=name)
def test_no_inline_style_or_script(file):
    text = file.read_text()
    assert not re.search(r"\sstyle\s*=", text), "the content security policy refuses style="
    assert "<style" not in text
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), "the content security policy refuses on…="
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)


@pytest.mark.parametrize("file", PAGES, ids=name)
def test_icons_are_in_the_sprite(file):
    named = set(re.findall(r"{%\s*icon\s+[\"']([^\"']+)", file.read_text())) | set(
        re.findall(r"icon=[\"']([^\"']+)", file.read_text())
    )
    assert named <= icons.names()


def test_each_icon_of_the_sprite_is_used():
    """A name in quotes somewhere in the house's own source, or after "icon=" in a template."""
    source = "".join(
        file.read_text()
        for suffix in ("py", "html", "js")
        for file in HOUSE.rglob(f"*.{suffix}")
        if not {"tests", "built", "migrations"} & set(file.relative_to(HOUSE).parts)
    )
    named = set(re.findall(r"[\"']([a-z0-9-]+)[\"']", source))
    assert icons.names() - named == set(), "take these lines out of soyte/ui/assets/icons.txt"


def test_icons_of_menus_are_in_the_sprite():
    from soyte.kernel.systems import menu

    assert {entry.icon for entry in menu()} <= icons.names()


@pytest.mark.parametrize(("script", "most"), [("soyte.js", 6), ("live.js", 2)])
def test_the_scripts_stay_small(script, most):
    assert len(gzip.compress((HOUSE / "ui/assets" / script).read_bytes())) <= most * 1024
