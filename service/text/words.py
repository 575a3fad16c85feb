"""The words of a text as the search knows them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from service.text.fold import fold

#: Longer runs are no words; PostgreSQL takes none past 2 KB.
MAX_LENGTH = 60
#: What Arabic writes in front of a word as part of it, the longest first; and how much of a word must be left.
#: Source: the prefixes of Lucene's ArabicStemmer, without those that are one letter but for "and".
_ARTICLES = ("وال", "بال", "كال", "فال", "ولل", "لل", "ال")
_AND = "و"
_LEFT = 3
_ARABIC = re.compile("[\u0620-\u064a\u0671-\u06d3]+")


def words(text: str, language: str) -> Iterator[str]:
    """The folded words in their order, each at most ``MAX_LENGTH`` long. ``language``: the site's, as for ``fold``."""
    kept = "".join(map(_kept, fold(text, language)))
    for word in kept.split():
        yield word[:MAX_LENGTH]


def indexed(text: str, language: str) -> str:
    """What a text is found by: its words, each Arabic one also without what is written in front of it, one space
    between.
    """
    return " ".join(form for word in words(text, language) for form in _forms(word))


def wanted(word: str) -> str:
    """What is looked for when somebody types ``word``, a word of ``words``: without its article, so that «الكلب» finds
    «كلب» too. A bare «و» stays: it is as often the first letter as it means "and".
    """
    return _without(word, _ARTICLES) or word


def _forms(word: str) -> Iterator[str]:
    yield word
    bare = _without(word, _ARTICLES) or _without(word, (_AND,))
    if bare:
        yield bare


def _without(word: str, prefixes: tuple[str, ...]) -> str:
    """The rest of the word behind the first of the prefixes it has; empty without one, or if too little would stay."""
    if not _ARABIC.fullmatch(word):
        return ""
    for prefix in prefixes:
        if word.startswith(prefix) and len(word) - len(prefix) >= _LEFT:
            return word[len(prefix) :]
    return ""


def _kept(char: str) -> str:
    """A letter, a digit or a sign that stands beside its letter; a space for the rest."""
    kind = unicodedata.category(char)
    if kind in ("Mn", "Me"):
        return ""
    return char if kind[0] in "LN" or kind == "Mc" else " "
