"""Vietnamese text without the database's or the machine's locale: what is equal here is equal in SQL (migration 0001).

Only letters of the Latin script are lowered, from explicit tables, because lower() of PostgreSQL depends on its locale
provider and that of Python on its Unicode version.
"""

from __future__ import annotations

import re
import string
import unicodedata

MARKS = "".join(map(chr, range(0x300, 0x370)))
TONES = "\u0300\u0309\u0303\u0301\u0323"  # huyền, hỏi, ngã, sắc, nặng: the order of dictionaries
ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"

# Ð (eth) is what old Vietnamese fonts wrote for Đ.
_STROKED = {"Đ": "d", "đ": "d", "Ð": "d", "ð": "d", "Ø": "o", "ø": "o", "Ł": "l", "ł": "l"}
_SPACES = "\t\n\x0b\x0c\r\x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
_INVISIBLE = "\xad\u200b\u200c\u200d\u2060\ufeff"
_LOWER = dict(zip(string.ascii_uppercase, string.ascii_lowercase, strict=True))

_FOLDED: dict[str, str | None] = {
    **_LOWER,
    **_STROKED,
    **dict.fromkeys(_SPACES, " "),
    **dict.fromkeys(MARKS + _INVISIBLE),
}
_TONELESS: dict[str, str | None] = {**_LOWER, "Đ": "đ", "Ð": "đ", "ð": "đ", **dict.fromkeys(TONES)}
_FOLD = str.maketrans(_FOLDED)
_STRIP_TONES = str.maketrans(_TONELESS)
_SORT_LETTERS = str.maketrans({letter: chr(ord("a") + rank) for rank, letter in enumerate(ALPHABET)})
_TONE_DIGITS = str.maketrans(TONES, "12345")
_NOT_TONE = re.compile(f"[^{TONES} ]")
_WORD = re.compile(r"[^\W_]+")
_IN_BRACKETS = re.compile(r"\([^)]*\)")
_SHOWN = 4


def nfc(text: str) -> str:
    """The text as it is kept: composed letters, so that equal names are equal strings."""
    return unicodedata.normalize("NFC", text)


def one_line(text: str) -> str:
    """What somebody typed, as it is kept: composed, with single blanks, none around it."""
    return " ".join(nfc(text).split())


def fold(text: str) -> str:
    """Lower case, no marks, đ as d, one blank between words: the form in which texts are compared and searched.

    'NGUYỄN  Thị Đặng' -> 'nguyen thi dang'. The same as SQL fold_vi(text). Letters of other scripts stay as they are.
    """
    if text.isascii():
        bare = text.translate(_FOLD)
    else:
        bare = nfc(unicodedata.normalize("NFD", text).translate(_FOLD))
    return " ".join(filter(None, bare.split(" ")))


def vi_key(text: str) -> str:
    """Sort key for Vietnamese order by code points: letters by the alphabet first, then the tones.

    The same as SQL vi_key(text), which is ordered with collate "C".
    """
    parts = unicodedata.normalize("NFD", text)
    letters = nfc(parts.translate(_STRIP_TONES)).translate(_SORT_LETTERS)
    return letters + "\x01" + _NOT_TONE.sub("", parts).translate(_TONE_DIGITS)


def words(text: str) -> list[str]:
    """The folded words of a text: runs of letters and digits. "H'Hen Niê" -> ['h', 'hen', 'nie']."""
    return _WORD.findall(fold(text))


def accented_words(text: str) -> list[str]:
    """The words of a text in lower case with their marks, composed; one for each of `words`."""
    return _WORD.findall(nfc(text).lower())


def is_accented(word: str) -> bool:
    """Whether a lower-case word says more than its folded form: 'đỗ' does, 'do' does not."""
    return word != fold(word)


def initials(name: str) -> str:
    """The first letters of the first and the last word of a name, without titles and what stands in brackets.

    'Nguyễn Thị Lan' -> 'NL', 'BS. Đinh Hà (HIV)' -> 'ĐH'.
    """
    words_of_name = _IN_BRACKETS.sub("", name).split()
    named = [word[0] for word in words_of_name if word[0].isalpha() and "." not in word]
    return "".join(named[:1] + named[1:][-1:]).upper()


def last_four(value: str) -> str:
    """The last four characters of a number, all that a list may show of it; nothing of a shorter one."""
    return value[-_SHOWN:] if len(value) > _SHOWN else ""


def masked(value: str) -> str:
    """A number with all but its last four characters hidden: '075197000008' -> '••••••••0008'."""
    shown = last_four(value)
    return "•" * (len(value) - len(shown)) + shown
