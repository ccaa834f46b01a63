"""The catalogues of the pages' strings, without GNU gettext: `collect`, `compile`, `check`.

The source language is Vietnamese (msgids are Vietnamese sentences); English is soyte/locale/en/LC_MESSAGES/django.po.
soyte/locale/vi holds what Django says under a field, in our own words: its own Vietnamese is stiff, and has gaps.
"""

import csv
import io
import os
import re
import sys
from pathlib import Path

import yaml
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "soyte"
ENGLISH = PACKAGE / "locale" / "en" / "LC_MESSAGES" / "django.po"
VIETNAMESE = PACKAGE / "locale" / "vi" / "LC_MESSAGES" / "django.po"
KEYWORDS = {
    "_": None,
    "_g": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
# Texts of content that pages show by name, by the folder below content/ and wherever the file has the field: translated
# where they are shown.
CONTENT_TEXTS = {
    "content": {"title", "headings", "purposes", "document"},
    "roles": {"title", "about"},
    "indicators": {"title", "explanation", "unit", "document", "place"},
    "alerts": {"title", "todo", "document", "place"},
    "plans": {
        *("title", "document", "place", "sections", "numerator", "denominator", "exclusions", "rows"),
        *("evidence", "owner", "note", "seen"),
    },
    "systems": {"title"},
}
# The same of tables: which columns.
TABLE_TEXTS = {
    "systems/care/visit_intake/rules/data/catalogue.csv": ("title", "what", "mend", "source"),
    "systems/care/visit_intake/rules/data/coverage_classes.csv": ("title",),
    "systems/care/visit_intake/rules/data/gateway_coverage.csv": ("note",),
    "formats/visitfile/spec/fields_*.csv": ("label",),
    "clinical/terminology/content/icd10_age_rule.csv": ("name",),
    "clinical/terminology/content/long_term_condition.csv": ("name",),
    "clinical/terminology/content/notifiable_disease.csv": ("name",),
    "kernel/codes/content/accident.csv": ("name",),
    "kernel/codes/content/discharge_kind.csv": ("name",),
    "kernel/codes/content/treatment_result.csv": ("name",),
    "kernel/codes/content/visit_kind.csv": ("name",),
    "systems/care/commune_station/content/follow_up_result.csv": ("name",),
    "systems/care/own_record/content/plain_result.csv": ("name", "about"),
    "systems/steering/statistics/content/statistical_column.csv": ("name", "group"),
    "systems/steering/statistics/content/statistical_form.csv": ("name", "lacking"),
}
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def sources():
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix == ".py" and not {"tests", "migrations"} & set(path.relative_to(PACKAGE).parts):
            yield path, path.read_text()
        elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
            yield path, templatize(path)


def content_texts():
    """(place, text) of what pages show of content files: sets of lists, roles with their purposes, indicators, alerts with
    their steps, plans, rules on files, fields, names of short lists."""
    for path in sorted(PACKAGE.glob("**/content/**/*.yaml")):
        fields = CONTENT_TEXTS.get(path.parent.name, set())
        texts = texts_under(yaml.safe_load(path.read_text()), fields)
        yield from ((str(path.relative_to(ROOT)), text) for text in texts)
    for pattern, columns in TABLE_TEXTS.items():
        for path in sorted(PACKAGE.glob(pattern)):
            with path.open(newline="") as table:
                texts = [row[column] for row in csv.DictReader(table) for column in columns]
            yield from ((str(path.relative_to(ROOT)), text) for text in texts if text)


def texts_under(told, fields, shown=False):
    """The texts of these fields, wherever they stand; of a list or a mapping all."""
    if isinstance(told, str):
        if shown and told:
            yield told
        return
    pairs = told.items() if isinstance(told, dict) else ((None, one) for one in told) if isinstance(told, list) else ()
    for key, value in pairs:
        yield from texts_under(value, fields, shown or key in fields)


def templatize(path):
    from django.conf import settings

    if not settings.configured:
        settings.configure(USE_I18N=True)
    from django.utils.translation.template import templatize as to_python

    return to_python(path.read_text(), origin=str(path))


def collect():
    """A catalogue of every marked string."""
    catalog = Catalog(project="soyte", charset="utf-8")
    for path, text in sources():
        stream = io.BytesIO(text.encode())
        for line, function, message, comments in extract_python(
            stream, list(KEYWORDS), ["Translators"], {"encoding": "utf-8"}
        ):
            add(catalog, function, message, f"{path.relative_to(ROOT)}:{line}", comments)
    for place, text in content_texts():
        catalog.add(text, locations=[(place, None)])
    return catalog


def add(catalog, function, message, place, comments):
    parts = message if isinstance(message, tuple) else (message,)
    context = None
    if "pgettext" in function:
        context, *parts = parts
    if not parts or parts[0] is None:
        return
    identity = tuple(parts[:2]) if "ngettext" in function or "npgettext" in function else parts[0]
    flags = ["python-format"] if _PLACEHOLDER.search(identity[0] if isinstance(identity, tuple) else identity) else []
    catalog.add(
        identity, context=context, locations=[(place.rsplit(":", 1)[0], None)], flags=flags, auto_comments=comments
    )


def read(path, locale):
    if not path.exists():
        return Catalog(locale=locale, project="soyte", charset="utf-8")
    with path.open("rb") as stream:
        return read_po(stream, locale=locale, charset="utf-8")


def english():
    return read(ENGLISH, "en")


def django_says():
    """The messages of the framework, as keys of its catalogue."""
    import django

    return read(Path(django.__file__).parent / "conf" / "locale" / "en" / "LC_MESSAGES" / "django.po", "en")


def command_collect():
    known, found = english(), collect()
    known.update(found, no_fuzzy_matching=True)
    known.obsolete.clear()
    ENGLISH.parent.mkdir(parents=True, exist_ok=True)
    with ENGLISH.open("wb") as stream:
        write_po(
            stream, known, width=120, omit_header=False, sort_output=True, no_location=True, include_previous=False
        )
    missing = [m.id for m in known if m.id and not translated(m)]
    print(f"{len(found)} strings, {len(missing)} without English")
    return 0


def translated(message):
    """All of its English is there, and a person wrote it: what is marked fuzzy is left out of the compiled catalogue."""
    parts = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(parts) and not message.fuzzy


def command_compile():
    for source, locale in ((ENGLISH, "en"), (VIETNAMESE, "vi")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        making = target.with_suffix(f".{os.getpid()}")
        with making.open("wb") as stream:
            write_mo(stream, read(source, locale))
        making.replace(target)
    return 0


def placeholders(text):
    return set(_PLACEHOLDER.findall(text))


def command_check():
    """Every string has its English, with the same placeholders; whatever is put otherwise than by Django is said by it."""
    known, faults = english(), []
    for message in collect():
        if not message.id:
            continue
        first = message.id[0] if isinstance(message.id, tuple) else message.id
        mine = known.get(message.id, context=message.context)
        if mine is None or not translated(mine):
            faults.append(f"no English: {first}")
            continue
        theirs = mine.string if isinstance(mine.string, tuple) else (mine.string,)
        if any(placeholders(text) != placeholders(first) for text in theirs):
            faults.append(f"placeholders differ: {first}")
    said = django_says()
    faults += [f"Django does not say: {one.id}" for one in read(VIETNAMESE, "vi") if one.id and one.id not in said]
    print(*faults[:40], f"{len(faults)} faults", sep="\n") if faults else None
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit({"collect": command_collect, "compile": command_compile, "check": command_check}[sys.argv[1]]())
