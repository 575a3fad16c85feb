"""What a text is like, in 64 bytes: two texts that differ in a word or two have most of them in common.

MinHash over the pairs of neighbouring words (Broder 1997). Of every pair 32 numbers are made, and of each of the 32
the smallest in the text is kept: that two texts have the same smallest is as likely as a pair drawn from both is in
both. Three in a row make a band, ten bands are what a text is looked up by, and what comes by a band is compared over
all 32 before it counts.

Addresses and runs of digits are all alike, since they are what changes from copy to copy. Where words are not told
apart by spaces, as in Chinese and Thai, or where somebody has glued them, pieces of a few letters stand in for pairs.
Below ``FEW`` words there are too few pairs to compare: such a text is like another when all its words are the same.
"""

from __future__ import annotations

import re
from hashlib import shake_128
from itertools import pairwise
from struct import Struct

PERMUTATIONS, ROWS, BANDS = 32, 3, 10
#: Fewer words than these, in so few letters, are what many people say: condolences, congratulations. Not with an
#: address or a number to call.
FEW, BRIEF = 4, 40
#: Where words have more letters than this on average they are no words; and how long the pieces are that stand in.
GLUED, PIECE = 10, 5
#: Of the 32 numbers, how many two texts must have in common to be nearly the same: half of all their pairs.
COMMON = 16
#: The band of texts that are too short to be compared.
WHOLE = BANDS
#: Of a longer text the beginning says enough: so many words, or letters where there are none.
MAX_WORDS = 1_000

#: With a scheme or ``www.`` anywhere; a bare name only where a word begins, so that time grows with the length.
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|(?<!\S)[\"'(<«“]*(?:[a-z0-9-]+\.)+[a-z]{2,10}(?![\w.])\S*")
_DIGITS, _NUMBER = re.compile(r"\d+"), re.compile(r"\d{5}")
_WORD = re.compile(r"[^\W_]+")
_NUMBERS, _SIGNATURE = Struct(f"<{PERMUTATIONS}I"), Struct(f"<{PERMUTATIONS}H")


def is_short(folded: str) -> bool:
    """Whether a text says so little that two people may well say the same, and sells nothing. Without spaces there are
    few words in any text, so it has to be short by its letters too.
    """
    return len(folded) <= BRIEF and len(_WORD.findall(folded)) < FEW and not _sells(folded)


def signature(folded: str) -> bytes:
    """What a folded text is like. The same on every machine; some 100 µs for 30 words, 4 ms at most."""
    same = _WORD.findall(_DIGITS.sub("0", _ADDRESS.sub(" url ", folded)))
    pairs = _pairs(same)
    if not pairs:
        # Few words with an address are the same with another; an address and nothing said is not. A face is a text too.
        words = same if _sells(folded) and {*same} - {"url", "0"} else _WORD.findall(folded)
        return shake_128((" ".join(words) or "".join(folded.split())).encode()).digest(6)
    numbers = [_NUMBERS.unpack(shake_128(pair.encode()).digest(_NUMBERS.size)) for pair in pairs]
    smallest = map(min, zip(*numbers, strict=True))
    # Smallest numbers are small: their last bits are what differs.
    return _SIGNATURE.pack(*(number & 0xFFFF for number in smallest))


def _sells(folded: str) -> bool:
    """Whether there is something in it to go to or to call."""
    return bool(_ADDRESS.search(folded) or _NUMBER.search(folded))


def _pairs(words: list[str]) -> set[str]:
    """What a text is compared by: its pairs of words, or pieces of its letters where it has no words; neither of a text
    too short for it.
    """
    letters = "".join(words)
    if len(letters) > max(BRIEF, GLUED * len(words)):
        letters = letters[: MAX_WORDS + PIECE - 1]
        return {letters[at : at + PIECE] for at in range(len(letters) - PIECE + 1)}
    words = words[:MAX_WORDS]
    return {f"{first} {second}" for first, second in pairwise(words)} if len(words) >= FEW else set()


def bands(made: bytes) -> list[tuple[int, int]]:
    """What texts with this signature are looked up by: each band and its value, below 2 ** 48."""
    if len(made) < _SIGNATURE.size:
        return [(WHOLE, int.from_bytes(made, "little"))]
    size = 2 * ROWS
    return [(band, int.from_bytes(made[band * size : (band + 1) * size], "little")) for band in range(BANDS)]


def in_common(one: bytes, other: bytes) -> int:
    """How many of the 32 numbers two texts share; all or none for short ones."""
    if len(one) != _SIGNATURE.size or len(other) != _SIGNATURE.size:
        return PERMUTATIONS if one == other else 0
    return sum(a == b for a, b in zip(_SIGNATURE.unpack(one), _SIGNATURE.unpack(other), strict=True))


def alike(one: bytes, other: bytes) -> bool:
    """Whether two texts are nearly the same."""
    return in_common(one, other) >= COMMON
