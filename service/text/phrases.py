"""Finds any of many phrases in a folded text, as words, as words with what Arabic writes onto them, or anywhere.

An index of our own. One whole word is filed as itself, any other phrase under the rarest piece of a few letters that it
holds. The words and pieces of a text are taken once, those that are filed are looked at, and only there a phrase is
compared: the time goes by the length of the text and hardly by the number of phrases, and a phrase costs its letters
and one entry. An automaton (Aho and Corasick) has a node for every letter of every phrase.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from service.text.fold import fold

#: Letters of a piece: a phrase is filed under the longest it has. With four, half of all places of an English text are
#: some phrase's piece when there are 65,000 phrases; with six there is one pass more and little less to compare.
PIECES = (5, 3, 2, 1)
#: A phrase of two Arabic letters is inside of too many words: of what is written onto it one letter is not enough.
SHORT = 2
#: Letters beside a phrase that are looked at. The windows below are shorter; a word may be as long as the text.
BESIDE = 12
#: Pieces of a spaced-out word that are looked at together.
MAX_FRAGMENTS = 24

_WORD = re.compile(r"[^\W_]+")
#: At the end, whatever signs are on it or behind it.
_FEMININE = re.compile(r"ة[^\w]*$")
_ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f]")

_CONJUNCTION, _PARTICLE, _ARTICLE = "(?:و|ف)?", "[بكلسعهش]?", "(?:ال|لل|ل)?"
_PRONOUN = "(?:هما|هم|هن|ها|ه|كما|كم|كن|ك|نا|ني|ي)"
#: What is written in front of a word, and behind it, as part of it: "and", prepositions, particles of dialects, the
#: article; pronouns, plurals, the feminine, the dialects' negation. Folded, so ة is ه and a lone hamza is nothing.
BEFORE = f"{_CONJUNCTION}{_PARTICLE}{_ARTICLE}"
BEHIND = f"(?:(?:ات|تي|ت|و|ي|ين)?{_PRONOUN}|ا|ات|ان|ين|ون|وا|و|تين|تان|يه|يين|يون|يات|ش)?"
BEFORE_SHORT = f"(?:{_CONJUNCTION}(?:[بك]?ال|لل))?"
BEHIND_SHORT = "(?:هما|هم|هن|ها|كما|كم|كن|نا|ني)?"


class Mode(StrEnum):
    """``CLITICS``: the word, also with what Arabic writes onto it. Of other scripts that is the word alone."""

    WORD = "word"
    CLITICS = "clitics"
    ANYWHERE = "anywhere"


@dataclass(frozen=True)
class Pattern:
    """``text`` and ``exceptions`` are folded. What lies inside of an exception is no hit."""

    text: str
    mode: Mode = Mode.CLITICS
    exceptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """The place of a phrase in the text that was searched, end exclusive. ``number``: of its pattern."""

    number: int
    start: int
    end: int


@dataclass(frozen=True)
class Windows:
    """What may stand before and behind a phrase in its word."""

    before: re.Pattern[str]
    behind: re.Pattern[str]

    def allow(self, left: str, right: str) -> bool:
        return bool(self.before.fullmatch(left) and self.behind.fullmatch(right))


def forms(phrase: str, language: str) -> list[str]:
    """What a phrase as typed is looked for as, folded. A feminine ة is a ت before a pronoun, and its plural ات."""
    text = fold(phrase, language)
    bare = text[:-1]
    return [text, bare + "ت", bare + "ات"] if _FEMININE.search(phrase) and len(bare) > SHORT else [text]


class Matcher:
    """Compiled once, searched by any number of threads. A pattern without text is never found."""

    def __init__(self, patterns: Iterable[Pattern], spelling: dict[int, str] | None = None) -> None:
        """``spelling``: what is done to letters by ``str.translate`` before they are compared, if anything. It changes
        one letter into one letter; the text has to be treated the same.
        """
        made = [*patterns]
        self._texts = [p.text.translate(spelling) if spelling else p.text for p in made]
        self._modes = [_mode(p) for p in made]
        self._exceptions = {n: p.exceptions for n, p in enumerate(made) if p.exceptions}
        self._long, self._short = _windows(spelling)
        self._by_word, self._by_piece = _index(self._texts, self._modes)

    def __len__(self) -> int:
        return len(self._texts)

    def hits(self, text: str, breaks: Collection[int] = ()) -> Iterator[Hit]:
        """Every hit, by place and number. ``breaks``: places where words begin and end beside those one sees."""
        found = [hit for hit in self._candidates(text, breaks) if self._stands(hit, text, breaks)]
        found.sort(key=lambda hit: (hit.start, hit.end, hit.number))
        yield from found

    def _candidates(self, text: str, breaks: Collection[int]) -> Iterator[Hit]:
        """Where a phrase is written, whatever is around it. Each place once: a phrase is filed at one of its places."""
        if self._by_word:
            yield from self._compared(text, self._by_word, _words(text, breaks))
        for length, filed in self._by_piece.items():
            yield from self._compared(text, filed, {text[at : at + length] for at in range(len(text) - length + 1)})

    def _compared(self, text: str, filed: Filed, pieces: set[str]) -> Iterator[Hit]:
        texts = self._texts
        for piece in filed.keys() & pieces:
            entries = filed[piece]
            at = text.find(piece)
            while at >= 0:
                for n in range(0, len(entries), 2):
                    number, start = entries[n], at - entries[n + 1]
                    phrase = texts[number]
                    # Below zero there is less text left than the phrase is long.
                    if text.startswith(phrase, start):
                        yield Hit(number, start, start + len(phrase))
                at = text.find(piece, at + 1)

    def _stands(self, hit: Hit, text: str, breaks: Collection[int]) -> bool:
        mode = self._modes[hit.number]
        if mode is not Mode.ANYWHERE:
            left, right = _rest(text, hit, breaks, 1 if mode is Mode.WORD else BESIDE)
            if (left or right) and (mode is Mode.WORD or not self._allows(hit, left, right)):
                return False
        return not any(_inside(hit, text, of) for of in self._exceptions.get(hit.number, ()))

    def _allows(self, hit: Hit, left: str, right: str) -> bool:
        return (self._short if hit.end - hit.start <= SHORT else self._long).allow(left, right)


def is_letter(char: str) -> bool:
    """Whether it is part of a word: a letter, a digit, a sign that stands beside its letter."""
    return char.isalnum() or unicodedata.category(char)[0] == "M"


def is_usable(text: str) -> bool:
    """Whether a folded phrase says anything: two letters at least. Less is in nearly every text."""
    return sum(map(str.isalnum, text)) > 1


def _mode(pattern: Pattern) -> Mode:
    """To a word that neither begins nor ends in Arabic nothing is written."""
    if pattern.mode is Mode.CLITICS and not _ARABIC.search(pattern.text[:1] + pattern.text[-1:]):
        return Mode.WORD
    return pattern.mode


def _windows(spelling: dict[int, str] | None) -> tuple[Windows, Windows]:
    def made(window: str) -> re.Pattern[str]:
        return re.compile(window.translate(spelling) if spelling else window)

    return Windows(made(BEFORE), made(BEHIND)), Windows(made(BEFORE_SHORT), made(BEHIND_SHORT))


#: A word or piece, and in which phrases it is: number and offset, in turn.
Filed = dict[str, tuple[int, ...]]


def _index(texts: Sequence[str], modes: Sequence[Mode]) -> tuple[Filed, dict[int, Filed]]:
    as_words: list[int] = []
    in_pieces: dict[int, list[int]] = {}
    for number, (text, mode) in enumerate(zip(texts, modes, strict=True)):
        words = len(_WORD.findall(text)) if mode is Mode.WORD else 0
        if words == 1 or (words and len(text) < PIECES[0]):
            as_words.append(number)
        elif text:
            in_pieces.setdefault(next(of for of in PIECES if of <= len(text)), []).append(number)
    by_piece = {of: _filed(texts, numbers, partial(_pieces, length=of)) for of, numbers in in_pieces.items()}
    return _filed(texts, as_words, _words_of), by_piece


def _filed(texts: Sequence[str], numbers: Sequence[int], cut: Callable[[str], list[tuple[str, int]]]) -> Filed:
    """Each under the rarest it has."""
    common = Counter(piece for number in numbers for piece, _ in cut(texts[number]))
    filed: Filed = {}
    for number in numbers:
        piece, offset = min(cut(texts[number]), key=lambda place: common[place[0]])
        filed[piece] = (*filed.get(piece, ()), number, offset)
    return filed


def _words_of(text: str) -> list[tuple[str, int]]:
    return [(found.group(), found.start()) for found in _WORD.finditer(text)]


def _pieces(text: str, length: int) -> list[tuple[str, int]]:
    return [(text[at : at + length], at) for at in range(len(text) - length + 1)]


def _words(text: str, breaks: Collection[int]) -> set[str]:
    words = set(_WORD.findall(text))
    if breaks:
        edges = sorted(breaks)
        words |= {text[a:b] for n, a in enumerate(edges) for b in edges[n + 1 : n + 1 + MAX_FRAGMENTS]}
    return words


def _rest(text: str, hit: Hit, breaks: Collection[int], most: int) -> tuple[str, str]:
    """What the words at both ends of the hit have beside it, ``most`` letters of each. Beyond a sign that is no letter
    nothing belongs to it.
    """
    first, last = hit.start, hit.end
    if is_letter(text[hit.start]):
        lowest = max(0, hit.start - most)
        while first > lowest and first not in breaks and is_letter(text[first - 1]):
            first -= 1
    if is_letter(text[hit.end - 1]):
        highest = min(len(text), hit.end + most)
        while last < highest and last not in breaks and is_letter(text[last]):
            last += 1
    return text[first : hit.start], text[hit.end : last]


def _inside(hit: Hit, text: str, exception: str) -> bool:
    at = text.find(exception, max(0, hit.end - len(exception)), hit.start + len(exception))
    return bool(exception) and at >= 0
