"""The interface's languages for programs that run without Django: the same catalogue, by the standard library."""

from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path

SOURCE_LANGUAGE = "vi"
LANGUAGES = (SOURCE_LANGUAGE, "en")
_CATALOGUES = Path(__file__).parents[2] / "locale"


@cache
def speech(language: str) -> NullTranslations:
    """`gettext` and `ngettext` of a language; Vietnamese, in which texts are written, where it has no catalogue."""
    if language == SOURCE_LANGUAGE:
        return NullTranslations()
    return translation("django", _CATALOGUES, [language], fallback=True)


def gettext_noop(text: str) -> str:
    """Marks a text that is put into the reader's language where it is shown."""
    return text
