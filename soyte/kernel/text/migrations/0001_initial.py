"""fold_vi and vi_key, the same as soyte.kernel.text.fold and vi_key (tests/test_sql.py proves it).

Written without lower(), unaccent and regular-expression classes, whose answers depend on the server's version and
locale provider: PostgreSQL 15 and 18 give the same, and an index over them stays right after an upgrade.
"""

from django.db import migrations

MARKS = "".join(map(chr, range(0x300, 0x370)))
SPACES = "\t\n\x0b\x0c\r\x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
INVISIBLE = "\xad\u200b\u200c\u200d\u2060\ufeff"
UPPER, LOWER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
TONES = "\u0300\u0309\u0303\u0301\u0323"
ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"


def _literal(text):
    """An SQL literal in ASCII, so that no editor or terminal recomposes its marks."""
    return "U&'" + "".join(c if c.isascii() and c.isalnum() else f"\\{ord(c):04x}" for c in text) + "'"


_FOLD_FROM = _literal(UPPER + "ĐđÐðØøŁł" + SPACES + MARKS + INVISIBLE)  # the tail beyond TO is deleted by translate()
_FOLD_TO = _literal(LOWER + "ddddooll" + " " * len(SPACES))
_TONELESS_FROM = _literal(UPPER + "ĐÐð" + TONES)
_TONELESS_TO = _literal(LOWER + "đđđ")
_SORTED = _literal("".join(chr(ord("a") + rank) for rank in range(len(ALPHABET))))

FOLD_VI = f"""
create function fold_vi(t text) returns text language sql immutable parallel safe strict as $f$
  select btrim(regexp_replace(
    normalize(translate(normalize(t, NFD), {_FOLD_FROM}, {_FOLD_TO}), NFC), ' +', ' ', 'g'), ' ')
$f$"""
VI_KEY = f"""
create function vi_key(t text) returns text language sql immutable parallel safe strict as $f$
  select translate(normalize(translate(normalize(t, NFD), {_TONELESS_FROM}, {_TONELESS_TO}), NFC),
                   {_literal(ALPHABET)}, {_SORTED})
      || chr(1)
      || translate(regexp_replace(normalize(t, NFD), {_literal("[^")} || {_literal(TONES + " ")} || ']', '', 'g'),
                   {_literal(TONES)}, '12345')
$f$"""


class Migration(migrations.Migration):
    dependencies = []
    operations = [
        migrations.RunSQL(FOLD_VI, "drop function fold_vi(text)"),
        migrations.RunSQL(VI_KEY, "drop function vi_key(text)"),
    ]
