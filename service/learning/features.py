"""What the model looks at in a text: words, pairs of words, and the pieces of words, folded, each a number.

The numbers are of a hash that is the same on every machine and in every run; two features may share one.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from zlib import crc32

from service.text.one_script import one_script

#: Rises whenever a text may have other features than before; a model knows the one it was learnt with.
FEATURES_VERSION = 1
BUCKETS = 1 << 19
#: Lengths of the pieces, in characters; the space before and behind a word is one of them.
PIECES = (2, 4)

_MASK = BUCKETS - 1
_WORDS, _PAIRS, _PIECES, _CONTEXT = 0x57, 0x9E3779B1, 0x43, 0x58
_TOKEN = re.compile(r"\w+|[^\w\s]")
_SPACED = re.compile(r"\S+")
#: How many words' numbers are remembered; and the length of a word that is not worth it.
_REMEMBERED, _LONG = 1 << 14, 40


@dataclass(frozen=True)
class Features:
    """The blocks, each without repetition: words and pairs, pieces, and what the caller knows besides the text."""

    blocks: tuple[array[int], ...]

    @property
    def size(self) -> int:
        return sum(map(len, self.blocks))


def features_of(folded: str, context: Iterable[str] = ()) -> Features:
    """``folded``: as ``text.fold`` gives it. ``context``: names of what holds of the comment, like ``links:2``."""
    text = plain(folded)
    words = [crc32(word.encode(), _WORDS) for word in _TOKEN.findall(text)]
    pairs = [pair(*two) for two in pairwise(words)]
    pieces: list[int] = []
    for word in text.split():
        pieces += pieces_of(word)
    named = [crc32(name.encode(), _CONTEXT) & _MASK for name in context]
    return Features((_once([word & _MASK for word in words] + pairs), _once(pieces), _once(named)))


def plain(folded: str) -> str:
    """With look-alike letters in mixed words as the others of the word; as long as before."""
    if folded.isascii():
        return folded
    return _SPACED.sub(lambda word: one_script(word.group()), folded)


def tokens(text: str) -> Iterator[tuple[int, int, int]]:
    """Where each word or sign stands, and its number before it is cut to a bucket."""
    for found in _TOKEN.finditer(text):
        yield found.start(), found.end(), crc32(found.group().encode(), _WORDS)


def spaced(text: str) -> Iterator[tuple[int, int, Sequence[int]]]:
    """Where each run without a space stands, and the numbers of its pieces."""
    for found in _SPACED.finditer(text):
        yield found.start(), found.end(), pieces_of(found.group())


def pair(first: int, second: int) -> int:
    return (first * _PAIRS ^ second) & _MASK


def bucket(number: int) -> int:
    return number & _MASK


def pieces_of(word: str) -> Sequence[int]:
    return _pieces(word) if len(word) > _LONG else _pieces_remembered(word)


def piece_places(length: int) -> Iterator[tuple[int, int]]:
    """Where in a word of this length its pieces lie, as far as they are of the word, in the order of ``pieces_of``."""
    for size in PIECES:
        for start in range(max(1, length + 3 - size)):
            yield max(0, start - 1), min(length, start + size - 1)


def _pieces(word: str) -> tuple[int, ...]:
    padded = f" {word} "
    return tuple(
        crc32(padded[start : start + size].encode(), _PIECES) & _MASK
        for size in PIECES
        for start in range(max(1, len(padded) + 1 - size))
    )


_pieces_remembered = lru_cache(_REMEMBERED)(_pieces)


def _once(numbers: list[int]) -> array[int]:
    return array("I", dict.fromkeys(numbers))
