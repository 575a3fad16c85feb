"""Words in disguise: other ways to read a text, in which a listed phrase may stand. For suspicion only.

The fold undoes what every reader does without thinking. What is undone here is done on purpose, or looks so by
accident: a hit is a reason to have a person look, never to refuse. Each reading changes a few words and leaves the rest
out; only a hit that needs one of its changes is told.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise

from service.text.fold import OWN_LETTERS
from service.text.lookalikes import is_mixed, script_of, skeleton
from service.text.phrases import SHORT, Hit, Matcher, Pattern

#: Letters without their dots that honest Arabic never writes: ٮ, ٯ, ڡ. And ں, which Urdu does.
_DOTLESS, _NOON = "\u066e\u066f\u06a1", "\u06ba"
#: Letters that are one stroke when the dots are away. Undotting to pass filters: Rom and Bar, arXiv 2111.09791.
_STROKES = ("بتثپنيىئٮں", "جحخچ", "دذ", "رزژ", "سش", "صض", "طظ", "عغ", "فقڤڡٯ", "كگ", "هة")
RASM = {ord(char): stroke[0] for stroke in _STROKES for char in stroke}
_FRAGMENT = re.compile(r"[^\W_]+")
#: A letter alone, but for the one that means "and". English has "a" and "I".
_ALONE = re.compile(r"(?<![^\W_])[^\W_و](?![^\W_])")
#: Longer pieces are words. So many signs between two pieces are no longer something between letters.
_PIECE, _BETWEEN = 3, 3
_TWICE = re.compile(r"([\u0620-\u06ff])\1")
_ARABIC = re.compile("[\u0620-\u06ff]")
#: Where a Latin letter stands beside a letter or digit that is none, an Arabic letter twice, one has lost its dots.
_ODD = re.compile(f"[a-z](?=[^\\W_a-z])|(?<=[^\\W_a-z])[a-z]|{_TWICE.pattern}|[{_DOTLESS}{_NOON}]")
_AND = "و"


@dataclass(frozen=True)
class Suspicion:
    """``rule``: how the text was read. The place is one in the folded text."""

    rule: str
    number: int
    start: int
    end: int


@dataclass(frozen=True)
class _Reading:
    """A piece of text as it may be meant. ``places``: of each letter, first and behind the last, in the folded text.
    ``changed``: letters of which a hit has to hold one; or ``joints``: places of which it has to go across ``needed``.
    Both in order: a text of one word has as many of them as it has hits.
    """

    rule: str
    text: str
    places: Sequence[tuple[int, int]]
    changed: Sequence[int] = ()
    joints: Sequence[int] = ()
    needed: int = 1
    breaks: Collection[int] = ()
    #: Letters a hit has to have.
    least: int = 1

    def told(self, hit: Hit) -> Suspicion | None:
        crossed = bisect_left(self.joints, hit.end) - bisect_right(self.joints, hit.start)
        held = bisect_left(self.changed, hit.end) - bisect_left(self.changed, hit.start)
        if hit.end - hit.start >= self.least and (crossed >= self.needed or held > 0):
            return Suspicion(self.rule, hit.number, self.places[hit.start][0], self.places[hit.end - 1][1])
        return None


class Disguises:
    """Looks for the phrases of a matcher in the other readings of a text. Used by any number of threads."""

    def __init__(self, matcher: Matcher, patterns: Sequence[Pattern], language: str) -> None:
        self._matcher, self._patterns = matcher, patterns
        # Every neighbour that writes letters of its own may write ں.
        self._neighbour = language.partition("-")[0].lower() in OWN_LETTERS
        self._never = _DOTLESS if self._neighbour else _DOTLESS + _NOON

    def find(self, text: str, parted: Sequence[int] = ()) -> Iterator[Suspicion]:
        """In the folded text. What the matcher finds in the text as it stands is not found again, but for words that
        something dropped stands beside. ``parted``: of ``Folded``.
        """
        for reading in self._readings(text, parted):
            matcher = self._dotless if reading.rule == "dotless" else self._matcher
            for hit in matcher.hits(reading.text, reading.breaks):
                if found := reading.told(hit):
                    yield found

    def _readings(self, text: str, parted: Sequence[int]) -> Iterator[_Reading]:
        yield from _spaced(text)
        # A non-joiner inside of a word is how Persian is written.
        if parted and not self._neighbour:
            yield _glued(text, parted)
        for found in _odd_words(text):
            word, start = found.group(), found.start()
            yield from _mixed(word, start)
            yield from _doubled(word, start)
            if any(char in self._never for char in word):
                yield _Reading("dotless", word.translate(RASM), _each(word, start), range(len(word)))

    @cached_property
    def _dotless(self) -> Matcher:
        """Made when the first such letter comes: hardly any site ever sees one."""
        empty = Pattern("")
        return Matcher([p if _ARABIC.search(p.text) else empty for p in self._patterns], RASM)


def _odd_words(text: str) -> Iterator[re.Match[str]]:
    """The words in which something may be disguised; honest texts have few."""
    behind = 0
    for odd in _ODD.finditer(text):
        if odd.start() >= behind:
            start = odd.start()
            while start > 0 and _FRAGMENT.match(text[start - 1]):
                start -= 1
            found = _FRAGMENT.match(text, start)
            assert found is not None
            behind = found.end()
            yield found


def _each(word: str, start: int) -> list[tuple[int, int]]:
    return [(at, at + 1) for at in range(start, start + len(word))]


def _spaced(text: str) -> Iterator[_Reading]:
    """k i n d, ك.ل.ب, and ك لب."""
    if not _ALONE.search(text):
        return
    for chain in _chains(text):
        places = [place for found in chain for place in _each(found.group(), found.start())]
        edges = [*accumulate((len(found.group()) for found in chain), initial=0)]
        glued = "".join(found.group() for found in chain)
        # "a s" is two words, or a slip.
        needed = 1 if _ARABIC.match(glued) else 2
        yield _Reading("spaced_out", glued, places, joints=edges, needed=needed, breaks={*edges})


def _glued(text: str, parted: Sequence[int]) -> _Reading:
    """Words between which stands what is no space and is dropped. Many an honest word with hamza has short phrases."""
    places = _each(text, 0)
    pieces, apart, changed = list[str](), list[tuple[int, int]](), list[int]()
    for start, end in pairwise((0, *parted, len(text))):
        if start:
            changed += (len(apart) - 1, len(apart), len(apart) + 1)
            apart.append((start, start + 1))
        pieces.append(text[start:end])
        apart += places[start:end]
    return _Reading("glued", " ".join(pieces), apart, changed=sorted(changed), least=SHORT + 1)


def _chains(text: str) -> Iterator[list[re.Match[str]]]:
    chain: list[re.Match[str]] = []
    for found in _FRAGMENT.finditer(text):
        if chain and not _joined(chain[-1], found):
            if len(chain) > 1:
                yield chain
            chain = []
        chain.append(found)
    if len(chain) > 1:
        yield chain


def _joined(one: re.Match[str], other: re.Match[str]) -> bool:
    """Whether two pieces may be of one word. Beside a letter alone Arabic may leave two or three together; in Latin
    script, and beside "and", every piece has to be one letter.
    """
    pieces = (one.group(), other.group())
    alone = [piece for piece in pieces if len(piece) == 1]
    if not alone or other.start() - one.end() > _BETWEEN or max(map(len, pieces)) > _PIECE:
        return False
    return len(alone) == 2 or (alone[0] != _AND and all(_ARABIC.match(piece) for piece in pieces))


def _mixed(word: str, start: int) -> Iterator[_Reading]:
    """Words in which scripts are mixed, and digits among Latin letters."""
    meant = skeleton(word)
    if not is_mixed(word):
        if meant != word:
            yield _Reading("lookalikes", meant, _each(word, start), _differing(word, meant))
        return
    inner = {at for at in range(1, len(word)) if script_of(word[at]) != script_of(word[at - 1])}
    yield _Reading("lookalikes", meant, _each(word, start), _differing(word, meant))
    # The article glued to a foreign word: nothing is changed but where the word begins.
    yield _Reading("mixed_scripts", word, _each(word, start), range(len(word)), breaks={0, *inner, len(word)})


def _differing(word: str, meant: str) -> list[int]:
    return [at for at, (one, other) in enumerate(zip(word, meant, strict=True)) if one != other]


def _doubled(word: str, start: int) -> Iterator[_Reading]:
    """A letter twice. Only in Arabic: in English that makes another word, god and good. And not a phrase's first, which
    is as often its prefix.
    """
    if not _TWICE.search(word):
        return
    text, places, joints = "", list[tuple[int, int]](), list[int]()
    for at, char in enumerate(word):
        if at and word[at - 1] == char:
            places[-1] = (places[-1][0], start + at + 1)
            joints.append(len(text) - 1)
        else:
            text += char
            places.append((start + at, start + at + 1))
    yield _Reading("doubled_letters", text, places, joints=joints)
