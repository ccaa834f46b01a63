"""What every file of the house keeps, whoever wrote it."""

import json
import re
import subprocess
from pathlib import Path

import pytest

import soyte

HOUSE = Path(soyte.__path__[0])
ROOT = HOUSE.parent
LONGEST = 500
# Tables of facts written as Python, read from top to bottom and never at once.
LONG_BY_NATURE = {"soyte/demo/province/tables.py"}
LOCKS = [
    "requirements.txt",
    "requirements-dev.txt",
    "requirements-node.txt",
    "requirements-uv.txt",
    "package-lock.json",
    "tools/browser/package-lock.json",
]
# Where the machine's own places are meant: a socket's short folder, and what a service is given as its home.
PLACES = re.compile(r"(?<![\w./<~}-])/(?:tmp|work|root|home)\b")
PLACES_MEANT = {"soyte/config/postgres.py", "soyte/config/postgres_programs.py"}
# Reports that stand alone, outside the site and its content security policy, bring their own style.
STANDALONE = {"check"}
REMOTE = re.compile(r"(?:https?:)?//[\w.-]+\.[a-z]{2,}", re.IGNORECASE)
NAMESPACES = ("http://www.w3.org/", "https://www.w3.org/")


def kept(*patterns):
    """Files of the repository, as git knows them or would."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", *patterns]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    names = [name for name in listed.stdout.decode().split("\0") if name]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def named(path):
    return path.relative_to(ROOT).as_posix()


def templates():
    """Of the house; where the checkout itself lies, and under what names, is no matter."""
    found = sorted(HOUSE.glob("**/templates/**/*.html"))
    return [path for path in found if not STANDALONE & set(path.relative_to(HOUSE).parts)]


def test_a_file_is_short_enough_to_be_read():
    long = {named(path): len(path.read_text().splitlines()) for path in kept("*.py")}
    assert {name: lines for name, lines in long.items() if lines > LONGEST and name not in LONG_BY_NATURE} == {}


def test_no_file_is_called_for_what_it_is_not_about():
    assert [
        named(path) for path in kept("*.py") if path.name in {"utils.py", "helpers.py", "misc.py", "common.py"}
    ] == []


@pytest.mark.parametrize("path", templates(), ids=named)
def test_a_template_has_no_style_no_script_and_no_remote_address(path):
    text = path.read_text()
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    assert not [found for found in REMOTE.findall(text) if not found.startswith(NAMESPACES)]


def test_styles_and_scripts_name_no_remote_address():
    files = [*HOUSE.glob("ui/assets/**/*.css"), *HOUSE.glob("ui/assets/**/*.js"), *HOUSE.glob("ui/static/built/*.css")]
    for path in files:
        named_there = re.findall(r"(?:url\(|@import\s+|fetch\(|src=)[\"']?((?:https?:)?//[^\"')\s]+)", path.read_text())
        assert not named_there, path


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_has_hashes_and_names_no_host(name):
    text = (ROOT / name).read_text()
    assert "sha256:" in text or '"integrity": "sha' in text
    if name.endswith("package-lock.json"):
        assert '"resolved"' not in text
    else:
        assert not re.search(r"https?://", text)
        assert "--index-url" not in text and "--find-links" not in text


def test_no_file_names_a_place_of_the_machine_it_was_written_on():
    texts = ("*.py", "*.md", "*.html", "*.yaml", "*.toml", "*.json", "*.js", "*.css", "*.sh", "Makefile", ".ci/run")
    files = [
        path for path in kept(*texts) if "tests" not in path.relative_to(ROOT).parts and named(path) not in PLACES_MEANT
    ]
    assert [named(path) for path in files if PLACES.search(path.read_text())] == []


def test_every_package_of_npm_is_noticed():
    notices = (ROOT / "NOTICE.md").read_text()
    for lock in ("package-lock.json", "tools/browser/package-lock.json"):
        packages = json.loads((ROOT / lock).read_text())["packages"]
        direct = packages[""].get("dependencies", {}) | packages[""].get("devDependencies", {})
        for name in direct:
            licence = packages[f"node_modules/{name}"]["license"]
            assert re.search(rf"`{re.escape(name)}`[^;]*\({re.escape(licence)}\)", notices), (name, licence)


def test_no_unfinished_work_is_left():
    unfinished = re.compile(r"\b(TODO|FIXME|XXX)\b")
    found = [named(path) for path in kept("*.py", "*.html", "*.js", "*.css") if unfinished.search(path.read_text())]
    assert [name for name in found if name != named(Path(__file__))] == []


def test_every_table_that_is_shown_has_a_caption():
    for path in templates():
        text = path.read_text()
        shown = re.findall(r"<table(?![^>]*aria-hidden)", text)
        assert len(shown) <= text.count("<caption"), named(path)
