"""Taking the people out of a faulty file, so that it can be shown to somebody who is to mend a program.

The rule is the safe way round: everything is masked but the texts of fields that are known to point at nobody (codes,
dates, amounts, names of drugs and services). A mask keeps the shape: each letter becomes a letter of the same case
and width, each digit a digit, all other characters stay, and so do markup, order, line ends, byte order mark and
faults; an offset that a parser complains about is the same before and after. Equal values get equal masks within one
call, so that what belonged together still does.

Kept on purpose: facility, commune, ICD and service codes, all dates but birthdays, all amounts. A masked file is for a
colleague's eyes and not for publication.
"""

from __future__ import annotations

import base64
import io
import re
import secrets
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache, partial
from hashlib import blake2b
from types import MappingProxyType
from typing import Final

from soyte.formats.visitfile import faults, spec
from soyte.formats.visitfile.values import read_partial_date

_ENVELOPE_KEPT: Final = ("MACSKCB", "NGAYLAP", "SOLUONGHOSO", "LOAIHOSO")
_NAME: Final = r"[A-Za-z_\u00c0-\ud7ff][-A-Za-z0-9._:\u00b7-\ud7ff]*"
# Markup, as written or escaped once. Whatever is not one of these is text.
_TOKEN: Final = re.compile(
    r"""(?P<kept>(?:<|&lt;)!(?:\[CDATA\[|--)|(?:\]\]|--)(?:>|&gt;)|<!DOCTYPE\b(?:\s+[A-Z_]+\s+(?:SYSTEM|PUBLIC)\b)?"""
    r"""|(?:<|&lt;)\?xml(?:\s+[a-z]+=["'][A-Za-z0-9._-]{1,20}["'])*\s*\?(?:>|&gt;))"""
    rf"|(?P<opening>(?:<|&lt;)/?)(?P<name>{_NAME})(?P<rest>(?:\s[^<>&]*)?/?)(?P<closing>>|&gt;)"
)
_ATTRIBUTE_OR_WORD: Final = re.compile(r"""(?P<name>[\w:.-]+\s*=\s*)(?P<value>"[^"]*"|'[^']*')|[^\W_]+""")
_REFERENCE: Final = re.compile(r"&(?:amp;)?(?:#[0-9]+|#x[0-9A-Fa-f]+|[A-Za-z]+);")
_MEMBER: Final = re.compile(r"(?:&(?:amp;)?(?:#[0-9]+|#x[0-9A-Fa-f]+|[A-Za-z]+);|[^;])+")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/=\s_-]{24,}")
_RUN: Final = re.compile(r"(?P<digits>[A-Za-z0-9+/]+)|[^A-Za-z0-9+/=\s]+")
_YEARS: Final = re.compile(r">(20[0-9]{2})(?:0[1-9]|1[0-2])[0-3][0-9]")
_KEPT_OF_CODE: Final[Mapping[str, Callable[[str], int]]] = {  # how many characters at the beginning
    "insurance": lambda code: max(0, len(code) - 10),
    "citizen": lambda code: 6 if len(code) == 12 and code.isdecimal() else 0,
    "phone": lambda _: 1,
}
_MARKS: Final = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_LETTERS: Final = {  # by width in UTF-8 and case
    (1, False): "abcdefghijklmnopqrstuvwxyz",
    (1, True): "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    (2, False): "ăâđêôơưáàãéèíìóòõúùý",
    (2, True): "ĂÂĐÊÔƠƯÁÀÃÉÈÍÌÓÒÕÚÙÝ",
    (3, False): "ạảấầẩẫậắằẳẵặẹẻẽếềểễệ",
    (3, True): "ẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆ",
}
_WIDE_LETTER: Final = "\U0001d5d1"
_NO_UTF8: Final = "\udcff"  # the byte FF, which is in no UTF-8 text: what was undecodable stays so
_X: Final = 23  # draws an x, a zero


class NotDeidentifiable(ValueError):
    """The bytes are no text that could be masked; `reason` says why: compressed | not_xml."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def deidentify(content: bytes, *, encoding: str = "", key: bytes | None = None) -> bytes:
    """A file, or the piece of one HOSO, with its people masked; it need not be well-formed.

    `encoding` is needed for a piece of a UTF-16 file, which has no byte order mark. The same `key` (16 to 64 bytes)
    gives the same masks in another call; without one they cannot be made again. Raises NotDeidentifiable for
    compressed bytes and for bytes that do not begin with "<".
    """
    if faults.compression(content) is not None:
        raise NotDeidentifiable("compressed")
    codec = encoding or _codec(content)
    text = _decoded(content, codec)
    if not text.lstrip("\ufeff \t\r\n").startswith("<"):
        raise NotDeidentifiable("not_xml")
    return _encoded(_Masker(key or secrets.token_bytes(16)).document(text), codec)


def _codec(content: bytes) -> str:
    return _MARKS.get(content[:2], "utf-8")


def _decoded(content: bytes, codec: str) -> str:
    return content.decode(codec, errors="surrogateescape" if codec == "utf-8" else "replace")


def _encoded(text: str, codec: str) -> bytes:
    return text.encode(codec, errors="surrogateescape" if codec == "utf-8" else "replace")


@cache
def _fields() -> Mapping[str, tuple[str, str]]:
    """What each known element points at, and its nature. Where tables differ, the one that points at somebody."""
    found = dict.fromkeys(_ENVELOPE_KEPT, ("", "code"))
    for generation in spec.GENERATIONS:
        for table in spec.tables(generation).values():
            for field in table.fields.values():
                if not found.get(field.name, ("", ""))[0]:
                    found[field.name] = (field.identifies, field.nature)
    return MappingProxyType(found)


class _Masker:
    """Masks one file. The masks hang on a secret, so that equal values stay equal and nobody can try names out."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._latest = 0  # the latest year that the document mentions
        self._visits: dict[str, str] = {}
        self._masks: Mapping[str, Callable[[str], str]] = {
            "person": lambda text: self._keyed("name", text),
            "birth": self._birthday,
            "address": _masked,
            "text": _masked,
        }

    def document(self, text: str) -> str:
        """A document or a fragment. What stands between two tags belongs to the one before it, if that opens."""
        outer, self._latest = self._latest, max(map(int, _YEARS.findall(text)), default=self._latest)
        parts, at, element = [], 0, ""
        for token in _TOKEN.finditer(text):
            parts.append(self._text(text[at : token.start()], element))
            at = token.end()
            if token["kept"]:
                parts.append(token[0])
                element = "" if token[0].endswith("!--") or "DOCTYPE" in token[0] else element
            else:
                parts.append(self._tag(token))
                opens = not token["opening"].endswith("/") and not token["rest"].endswith("/")
                element = token["name"] if opens else ""
        parts.append(self._text(text[at:], element))
        self._latest = outer
        return "".join(parts)

    def _tag(self, token: re.Match[str]) -> str:
        """A tag; a name that no visit file has may be somebody's, met after a stray "<"."""
        name = token["name"]
        if name not in spec.element_names():
            prefix, colon, local = name.rpartition(":")
            name = prefix + colon + self._keyed("element", local)
        rest = _ATTRIBUTE_OR_WORD.sub(self._attribute, token["rest"])
        return f"{token['opening']}{name}{rest}{token['closing']}"

    def _attribute(self, found: re.Match[str]) -> str:
        if not found["name"]:
            return self._keyed("element", found[0])
        value = found["value"] if found["name"].startswith("xmlns") else self._keyed("attribute", found["value"])
        return found["name"] + value

    def _text(self, text: str, element: str) -> str:
        if not text or text.isspace():
            return text
        subject, nature = _fields().get(element, ("unknown", ""))
        if subject == "unknown":
            return self._base64(text) or _masked(text)
        if not subject:
            return _kept(text, nature)
        body = text.strip()
        lead = text.index(body)
        mask = self._masks.get(subject) or partial(self._codes, subject)
        return text[:lead] + mask(body) + text[lead + len(body) :]

    # Content in base64, strict or not.

    def _base64(self, text: str) -> str | None:
        """Base64 with the document inside it masked; blanks and strange characters stay in their places."""
        if not _BASE64.match(text):
            return None
        alphabet = text.translate({ord("-"): "+", ord("_"): "/"})
        digits = re.sub(r"[^A-Za-z0-9+/]", "", alphabet)
        usable = len(digits) - (len(digits) % 4 == 1)  # a file that breaks off may leave a single one
        content = base64.b64decode(digits[:usable] + "=" * (-usable % 4))
        again = io.StringIO(
            base64.b64encode(self._content(content)).decode("ascii").rstrip("=").ljust(len(digits), "A")
        )
        masked = _RUN.sub(lambda run: again.read(len(run[0])) if run["digits"] else _masked(run[0]), alphabet)
        strange = next((at for at, character in enumerate(text) if character in "-_"), None)
        if strange is None:
            return masked
        masked = masked.replace("+", "-").replace("/", "_")  # the alphabet was the fault: it must show again
        return masked[:strange] + text[strange] + masked[strange + 1 :]

    def _content(self, content: bytes) -> bytes:
        """What was encoded, in the same length: a document is masked, of anything else the first bytes stay."""
        codec = _codec(content)
        text = _decoded(content, codec)
        if faults.compression(content) is None and text.lstrip("\ufeff \t\r\n\0").startswith("<"):
            masked = _encoded(self.document(text), codec)
            if len(masked) == len(content):
                return masked
        return content[:6] + bytes(max(0, len(content) - 6))

    # Single values.

    def _codes(self, kind: str, text: str) -> str:
        """A code, or several joined by ";"; zeros alone mean none and stay.

        What a code says of its owner and what the rest of the file says anyway is kept, since rules compare the two:
        group, level and province of an insurance card (its last ten digits are the insurance number), province, sex
        and birth year of a citizen number, the first digit of a telephone number.
        """
        if kind == "visit":
            return self._visit_code(text)
        kind = "insurance" if kind == "card" else kind

        def code(member: re.Match[str]) -> str:
            kept = _KEPT_OF_CODE[kind](member[0].strip()) if kind in _KEPT_OF_CODE else 0
            kept += len(member[0]) - len(member[0].lstrip())
            rest = member[0][kept:]
            return member[0][:kept] + (self._keyed(kind, rest) if rest.strip("0 ") else rest)

        return _MEMBER.sub(code, text)

    def _visit_code(self, code: str) -> str:
        """MA_LK. Its end is masked for itself: a facility code that stands before some of them is a fault to be seen."""
        if code not in self._visits:
            self._visits[code] = _spelled(code, lambda at: self._draws("visit", code[at:])[0])
        return self._visits[code]

    def _birthday(self, text: str) -> str:
        """The day becomes 1 January; it stays for a child so young that the day decides a rule, and where it cannot be."""
        try:
            born = read_partial_date(text)
        except ValueError:
            return text if re.fullmatch(r"[0-9]{8}(?:[0-9]{4})?", text) else _masked(text)
        if born is None or born.year is None or born.month is None or born.year >= self._latest - 1:
            return text
        return f"{text[:4]}01" + ("01" if born.day else "00") * (len(text) > 6) + "0" * (len(text) - 8)

    def _keyed(self, kind: str, text: str) -> str:
        """Each letter and digit by one drawn for this value, whatever its case."""
        draws = self._draws(kind, unicodedata.normalize("NFC", text).casefold())
        return _spelled(text, lambda at: draws[at % len(draws)])

    def _draws(self, kind: str, text: str) -> bytes:
        return blake2b(f"{kind}:{text}".encode(errors="surrogateescape"), key=self._key, digest_size=64).digest()


def _masked(text: str) -> str:
    """A text without what it says: letters become x, digits 3, in their case and width."""
    return _spelled(text, lambda _: _X)


def _kept(text: str, nature: str) -> str:
    """The text of a field that points at nobody, as far as it is what such a field holds.

    A tag that nobody closed lets the rest of a line run into it: what follows a "<" is masked, and so are words in
    a date, a number or a code.
    """
    plain, opened, rest = text.partition("<")
    words = r"[^\W\d_]" if nature in ("date", "number", "amount") else r"[^\W\d_]{2,}\s+[^\W\d_]{2,}"
    if nature != "free_text" and re.search(words, _REFERENCE.sub("", plain)):
        plain = _masked(plain)
    return plain + opened + _masked(rest)


def _spelled(text: str, draw: Callable[[int], int]) -> str:
    """The text with each letter and digit replaced as `draw` says for its place; references to characters stay whole."""
    parts, at = [], 0
    for reference in _REFERENCE.finditer(text):
        parts += [_letter(text[place], draw(place)) for place in range(at, reference.start())]
        parts.append(_reference(reference[0]))
        at = reference.end()
    parts += [_letter(text[place], draw(place)) for place in range(at, len(text))]
    return "".join(parts)


def _letter(character: str, draw: int) -> str:
    """Another character of the same kind, case and width in UTF-8."""
    if "0" <= character <= "9":
        return str(draw % 10)
    if "\udc80" <= character <= "\udcff":
        return _NO_UTF8
    if not character.isalnum():
        return character
    if ord(character) > 0xFFFF:
        return _WIDE_LETTER
    letters = _LETTERS[len(character.encode()), character.isupper()]
    return letters[draw % len(letters)]


def _reference(reference: str) -> str:
    """A reference to a letter or digit refers to an x instead, in the same length."""
    head, number = re.fullmatch(r"(&(?:amp;)?#?x?)(.*);", reference, re.DOTALL).groups()  # type: ignore[union-attr]
    if "#" not in head:
        return reference
    code = int(number, 16 if head.endswith("x") else 10)
    if code < 48 or not chr(min(code, 0x10FFFF)).isalnum():
        return reference
    return f"{head}{('58' if head.endswith('x') else '88').zfill(len(number))};"
