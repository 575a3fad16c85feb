"""Texts that mean the same to a reader, spelt alike: the one key for rules, search, duplicates, names and learning.

It is for comparing only and is never shown. Every character is folded by itself, so a place in the folded text is a
place in the text as typed (``Folded.source``), and what matched can be marked there.

What goes: differences of case and of compatibility form, marks on letters (vowel signs, accents, hamza seats),
characters that draw nothing, stretching (tatweel, and a letter three times or more), the kind of digit, and how wide a
space is or what else leaves room and draws nothing. The Arabic rules are those of Lucene's ArabicNormalizer,
PersianNormalizer and DecimalDigitFilter and of Snowball's ``arabic``; other than they do, a lone hamza is dropped and a
hamza's seat counts as the letter it sits on.
Known limit: مسؤول and مسئول stay two words, since the seats are two letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

#: Rises whenever a text may fold differently than before; what is stored folded carries it.
FOLD_VERSION = 2

#: Languages that write letters which Arabic has not: for them پ is no disguised ب.
OWN_LETTERS = frozenset({"fa", "ur", "ku", "ckb", "ps", "sd", "ug"})

#: Marks, by block. Vowel signs of Indic scripts and of Thai are no marks on letters but letters.
_MARKS = (
    (0x0300, 0x036F), (0x0483, 0x0489), (0x0591, 0x05BD), (0x05BF, 0x05BF), (0x05C1, 0x05C2), (0x05C4, 0x05C5),
    (0x05C7, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670), (0x06D6, 0x06DC), (0x06DF, 0x06E4),
    (0x06E7, 0x06E8), (0x06EA, 0x06ED), (0x0898, 0x089F), (0x08CA, 0x08E1), (0x08E3, 0x08FF), (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE00, 0xFE0F), (0xFE20, 0xFE2F), (0xE0100, 0xE01EF),
)  # fmt: skip
#: What draws nothing and has no width, though it counts as a letter or a mark: the joiner of graphemes, selectors.
_NOTHING = frozenset("\u034f\u17b4\u17b5\u180b\u180c\u180d\u180f")
#: What draws nothing and is as wide as a letter, so that two words stand to its sides: Korean fillers, empty Braille.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_TATWEEL, _HAMZA = "\u0640", "\u0621"
_PARTING = re.compile(f"[\u200c{_TATWEEL}{_HAMZA}]")
#: Letters that one reader writes for another, in Arabic and between Arabic and its neighbours.
_LETTERS = {
    char: letter
    for letter, chars in (("ا", "ٱٲٳٵ"), ("ي", "ىیېےۍێئۓ"), ("و", "ؤ"), ("ه", "ةۃەہھۂۀ"), ("ك", "کڪګڬڭڮ"))
    for char in chars
}
#: Letters of neighbours that are put for an Arabic one where Arabic is written.
_LOAN = {
    char: letter
    for letter, chars in (("ب", "پ"), ("ج", "چ"), ("ز", "ژ"), ("ف", "ڤڥڢ"), ("ق", "ڨڧ"), ("ك", "گ"))
    for char in chars
}
#: Three and more of one character. Not of digits: 1000 is no stretched 10.
_RUN = re.compile(r"([^0-9 ])\1{2,}")
_SPACES = re.compile(" {2,}")


@dataclass(frozen=True)
class Folded:
    """``text`` is what ``original`` folds to."""

    original: str
    language: str
    text: str

    def source(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original, in code points and end exclusive, of what stands at ``start`` to ``end``, never
        empty, here. The marks on the last letter and its repetitions belong to it, the space behind it does not.
        """
        first, last = self._places
        return first[start], last[end - 1]

    @cached_property
    def parted(self) -> Sequence[int]:
        """The places here, between two letters, where as typed something stood that is dropped and yet may keep two
        words apart to the eye: a non-joiner, tatweel, a lone hamza.
        """
        if not _PARTING.search(self.original):
            return ()
        first, last = self._places
        return [
            at
            for at in range(1, len(self.text))
            if self.text[at - 1].isalnum()
            and self.text[at].isalnum()
            and _PARTING.search(self.original, first[at - 1], last[at - 1])
        ]

    @cached_property
    def _places(self) -> tuple[Sequence[int], Sequence[int]]:
        """Where each character comes from: first, and just behind the last. Worked out when somebody asks."""
        return _places(self.original, self.language, len(self.text))


def fold(text: str, language: str) -> str:
    """The key of ``text`` on a site in ``language`` (its BCP 47 code); time grows with the length. Idempotent."""
    mapped = text.translate(_table(language))
    return _RUN.sub(r"\1", _SPACES.sub(" ", mapped).strip(" "))


def folded(text: str, language: str) -> Folded:
    """``fold``, with the way back to the text as typed."""
    return Folded(text, language, fold(text, language))


#: Characters whose folding is kept; a text in any language has fewer.
MOST_KEPT = 20_000


class _Table(dict[int, str]):
    """What one character folds to, filled as characters come by. Threads may fill it twice with the same. Full, it
    begins anew, and what people write is in it again at once.
    """

    def __init__(self, letters: dict[str, str]) -> None:
        super().__init__()
        self._letters = letters

    def __missing__(self, code: int) -> str:
        if len(self) >= MOST_KEPT:
            self.clear()
        folded = self[code] = "".join(map(self._settled, _decomposed(chr(code))))
        return folded

    def _settled(self, char: str) -> str:
        kind = unicodedata.category(char)
        if kind == "Cf" or char in _NOTHING or char in (_TATWEEL, _HAMZA) or _is_mark(char):
            return ""
        if kind in ("Zs", "Zl", "Zp", "Cc") or char in _BLANK:
            return " "
        if kind == "Nd":
            return str(unicodedata.decimal(char))
        return self._letters.get(char, char)


_ARABIC = _Table(_LETTERS | _LOAN)
_NEIGHBOURS = _Table(_LETTERS)


def _table(language: str) -> _Table:
    return _NEIGHBOURS if language.partition("-")[0].lower() in OWN_LETTERS else _ARABIC


def _decomposed(char: str) -> str:
    """Compatibility decomposition and case folding, until neither changes anything."""
    before = ""
    while char != before:
        before, char = char, unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
    return char


def _is_mark(char: str) -> bool:
    return any(first <= ord(char) <= last for first, last in _MARKS)


def _places(text: str, language: str, length: int) -> tuple[Sequence[int], Sequence[int]]:
    """``fold`` again, character by character, noting where each comes from."""
    table = _table(language)
    runs: list[tuple[str, list[int], list[int]]] = []
    for at, char in enumerate(text):
        piece = table[ord(char)]
        if not piece and runs:
            runs[-1][2][-1] = at + 1
        for letter in piece:
            if not runs or runs[-1][0] != letter:
                runs.append((letter, [], []))
            runs[-1][1].append(at)
            runs[-1][2].append(at + 1)
    if runs and runs[0][0] == " ":
        del runs[0]
    if runs and runs[-1][0] == " ":
        del runs[-1]
    first: list[int] = []
    last: list[int] = []
    for letter, starts, ends in runs:
        if letter == " " or (len(starts) > 2 and letter not in "0123456789"):
            starts, ends = starts[:1], ends[-1:]
        first += starts
        last += ends
    assert len(first) == length
    return first, last
