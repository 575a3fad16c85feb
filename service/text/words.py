"""The words of a text as the search knows them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from service.text.fold import fold

#: Longer runs are no words; PostgreSQL takes none past 2 KB.
MAX_LENGTH = 60
_TATWEEL = "\u0640"


def words(text: str) -> Iterator[str]:
    """The folded words in their order, without vowel signs and stretching, each at most ``MAX_LENGTH`` long.

    Marks would part words, or hide one spelling from another: a reader who writes them is found by who does not.
    """
    kept = (_kept(char) for char in unicodedata.normalize("NFD", fold(text)))
    for word in unicodedata.normalize("NFC", "".join(kept)).split():
        yield word[:MAX_LENGTH]


def _kept(char: str) -> str:
    """A letter, a digit or a sign that stands beside its letter; nothing for a mark; a space for the rest."""
    kind = unicodedata.category(char)
    if char == _TATWEEL or kind in ("Mn", "Me", "Cf"):
        return ""
    return char if kind[0] in "LN" or kind == "Mc" else " "
