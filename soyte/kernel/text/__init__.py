"""Vietnamese text: folding for search, order, masks. Numbers and dates as people read them are in `format`."""

from soyte.kernel.text.folding import (
    accented_words,
    fold,
    initials,
    is_accented,
    last_four,
    masked,
    nfc,
    one_line,
    vi_key,
    words,
)

__all__ = [
    "accented_words",
    "fold",
    "initials",
    "is_accented",
    "last_four",
    "masked",
    "nfc",
    "one_line",
    "vi_key",
    "words",
]
