"""The generated pages of docs/: settings, systems with their permissions, licences. `--check` compares instead of writing."""

import os
import re
import sys
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
NOTE = "<!-- printed by `make docs`; do not edit -->\n"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return (
        "\n".join([*lines, *("| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in rows)])
        + "\n"
    )


def settings_page():
    from soyte.config.environment import VARIABLES

    rows = [(f"`{v.name}`", f"`{v.default}`" if v.default else "", v.meaning) for v in VARIABLES]
    return f"# Settings\n\n{NOTE}\nAll settings are environment variables.\n\n{table(('variable', 'default', 'meaning'), rows)}"


def systems_page():
    from soyte.kernel.systems import CHAPTERS, rooms, systems

    told = [(str(CHAPTERS[s.chapter]), str(s.title), f"`{s.name}`", ", ".join(s.needs) or "") for s in systems()]
    allowed = [(f"`{p.code}`", str(p.title), f"`{room.label}`") for room in rooms() for p in room.permissions]
    return (
        f"# Systems and permissions\n\n{NOTE}\n{table(('chapter', 'system', 'room', 'calls'), told)}\n"
        f"## Permissions\n\n{table(('code', 'act', 'declared by'), allowed)}"
    )


def licences_page():
    rows = []
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        found = re.match(r"^([A-Za-z0-9_.-]+)==([^ ;\\]+)", line)
        if found:
            rows.append((found[1], found[2], licence(found[1])))
    return f"# Licences of the Python packages that soyte runs on\n\n{NOTE}\n{table(('package', 'version', 'licence'), rows)}"


def licence(name):
    try:
        facts = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return "(only on another platform)"
    told = facts.get("License-Expression") or ""
    classified = [c.split(" :: ")[-1] for c in facts.get_all("Classifier") or [] if c.startswith("License")]
    short = (facts.get("License") or "").strip().splitlines()[:1]
    return told or "; ".join(classified) or (short[0][:80] if short else "see the package")


PAGES = {"settings.md": settings_page, "systems.md": systems_page, "licences.md": licences_page}


def main(argv):
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "soyte.config.settings")
    import django

    django.setup()
    stale = []
    for name, page in PAGES.items():
        path, text = ROOT / "docs" / name, page()
        if "--check" in argv:
            if not path.exists() or path.read_text() != text:
                stale.append(name)
        else:
            path.write_text(text)
    if stale:
        print("stale, run `make docs`:", *stale)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
