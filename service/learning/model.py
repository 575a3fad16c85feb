"""A logistic regression that is right after every decision, not at the end of a season.

It is solved in the dual: each decision that is remembered has a pull of its own between 0 and ``STRENGTH``, and the
weights are the sum of what the decisions pull, so that one is taken back by taking its pull back. A new decision
gets the pull that fits what the others say, and a few remembered ones have theirs fitted again. Once nothing
changes any more this is the regression that looks at all of them at once (Yu, Huang and Lin, "Dual coordinate descent
methods for logistic regression and maximum entropy models", 2011). There is no rate of learning to be chosen.

A feature counts by its rarity: a power of its inverse document frequency, which is counted as decisions come.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp, log, sqrt
from operator import mul

from service.learning.features import BUCKETS, Features

#: How far one decision may pull: the inverse of the regularisation, C elsewhere.
STRENGTH = 10.0
#: Remembered decisions that are looked at again with each new one.
REPLAYS = 4
#: How much the blocks count: words and pairs, pieces, context.
SHARES = (1.0, 1.0, 0.1)
#: The power of the inverse document frequency in a weight: 1 at first, and towards 2 as decisions come; half of the way
#: after so many. With few of them a rare word is mostly chance, with many it is what tells.
HALF_WAY = 250
#: Features that are remembered, of all decisions together; four bytes each. The oldest decisions go first: they keep
#: their pull, but it is not fitted again, and not taken back.
ROOM = 800_000
#: The count of decisions that rarity is of is kept to so many binary places: the table is not made anew each time.
_PLACES = 7
#: The golden ratio of 64 bits: multiples of it fall evenly.
_STRIDE, _SIXTY_FOUR = 0x9E3779B97F4A7C15, 64
_CLOSE, _STEPS = 1e-4, 30
#: A pull that would change by less than this part of it is left as it is: most of those that are looked at again.
_SAME = 0.03


@dataclass(eq=False)
class Example:
    """One decision: ``side`` is 1 for what was rejected and -1 for what was approved, ``weight`` how much it counts.
    ``pull`` is its own, ``shares`` what it has put into each weight of a block.
    """

    key: bytes
    features: Features
    side: int
    weight: float
    pull: float = 0.0
    shares: tuple[float, ...] = (0.0, 0.0, 0.0)


class _Rarity(dict[int, float]):
    """How much a feature counts, by the number of decisions it was seen in; filled as they come by."""

    def __init__(self, decisions: int) -> None:
        super().__init__()
        self._all = 1 + decisions
        self._power = 2 + 2 * decisions / (decisions + HALF_WAY)

    def __missing__(self, seen: int) -> float:
        counts: float = (log(max(1.0, self._all / (1 + seen))) + 1) ** self._power
        self[seen] = counts
        return counts


@dataclass(eq=False)
class Model:
    """Starts empty. The same calls in the same order give the same model, to the bit."""

    weights: array[float] = field(default_factory=lambda: array("f", bytes(4 * BUCKETS)))
    seen: array[int] = field(default_factory=lambda: array("I", bytes(4 * BUCKETS)))
    bias: float = 0.0
    decisions: int = 0
    turns: int = 0
    remembered: dict[bytes, Example] = field(default_factory=dict)
    order: list[Example] = field(default_factory=list)
    room: int = 0
    _rarity: _Rarity = field(default_factory=lambda: _Rarity(0))

    def __post_init__(self) -> None:
        self._count(0)
        self.room = sum(example.features.size for example in self.order)

    def score(self, features: Features) -> float:
        """Log odds that such a comment is rejected. Compare them; do not show them."""
        return self.bias + sum(
            share * found / sqrt(length)
            for share, (length, found) in zip(SHARES, map(self._look, features.blocks), strict=True)
            if length
        )

    def learn(self, key: bytes, features: Features, bad: bool, weight: float = 1.0) -> None:
        """Takes one decision in; an earlier one of the same ``key`` is taken back first. Time grows with the text and
        with those that are looked at again.
        """
        self.unlearn(key)
        example = Example(key, features, 1 if bad else -1, _single(weight))
        self._count(1)
        for block in features.blocks:
            for number in block:
                self.seen[number] += 1
        self._fit(example)
        for _ in range(min(REPLAYS, len(self.order))):
            self.turns += 1
            at = (self.turns * _STRIDE % (1 << _SIXTY_FOUR)) * len(self.order) >> _SIXTY_FOUR
            self._fit(self.order[at])
        self.remembered[key] = example
        self.order.append(example)
        self.room += features.size
        self._forget()

    def unlearn(self, key: bytes) -> bool:
        """Takes back what the decision has put in, but for the rounding of a weight; ``False`` when it is not
        remembered. What others have learnt beside it is fitted again as they are looked at.
        """
        example = self.remembered.pop(key, None)
        if example is None:
            return False
        self.order.remove(example)
        self.room -= example.features.size
        for share, block in zip(example.shares, example.features.blocks, strict=True):
            for number in block:
                self.weights[number] -= share
                self.seen[number] -= 1
        self.bias -= example.pull * example.side
        self._count(-1)
        return True

    def pulls(self, features: Features) -> Sequence[dict[int, float]]:
        """What each feature adds to the score, a block each."""
        found = []
        for share, block in zip(SHARES, features.blocks, strict=True):
            counts = [self._rarity[self.seen[number]] for number in block]
            scale = share / sqrt(sum(counts)) if counts else 0.0
            found.append({n: scale * c * self.weights[n] for n, c in zip(block, counts, strict=True)})
        return found

    def _look(self, block: array[int]) -> tuple[float, float]:
        """The square of the block's length, and what its weights add up to."""
        counts = list(map(self._rarity.__getitem__, map(self.seen.__getitem__, block)))
        return sum(counts), sum(map(mul, counts, map(self.weights.__getitem__, block)))

    def _fit(self, example: Example) -> None:
        """Gives the example the pull that fits what the others say now."""
        looked = list(map(self._look, example.features.blocks))
        scales = [share / sqrt(length) if length else 0.0 for share, (length, _) in zip(SHARES, looked, strict=True)]
        held = example.pull * example.side
        margin, length = self.bias, 1.0
        for scale, share, (square, found) in zip(scales, example.shares, looked, strict=True):
            # Rarity is not what it was when this one last pulled: as if it had pulled with what it is now.
            margin += scale * (found + (held * scale - share) * square)
            length += scale * scale * square
        pull = _single(_fitting(length, example.side * margin, example.pull, STRENGTH * example.weight))
        shares = tuple(_single(pull * example.side * scale) for scale in scales)
        if all(abs(new - old) <= _SAME * abs(old) for new, old in zip(shares, example.shares, strict=True)):
            return
        weights = self.weights
        for new, old, block in zip(shares, example.shares, example.features.blocks, strict=True):
            change = new - old
            for number in block:
                weights[number] += change
        self.bias += pull * example.side - held
        example.pull, example.shares = pull, shares

    def _count(self, change: int) -> None:
        before, self.decisions = self._counted(), self.decisions + change
        if self._counted() != before or not self._rarity:
            self._rarity = _Rarity(self._counted())

    def _counted(self) -> int:
        spare = max(0, self.decisions.bit_length() - _PLACES)
        return self.decisions >> spare << spare

    def _forget(self) -> None:
        while self.room > ROOM and len(self.order) > 1:
            oldest = self.order.pop(0)
            del self.remembered[oldest.key]
            self.room -= oldest.features.size


def _fitting(length: float, margin: float, pull: float, most: float) -> float:
    """The pull at which the example is as sure of its side as it pulls: the root of a rising function, found by
    Newton's steps inside of a bracket.
    """
    low, high = -40.0, 40.0
    at = max(low, min(high, log(pull / (most - pull)) if 0 < pull < most else -margin))
    for _ in range(_STEPS):
        part = 1 / (1 + exp(-at))
        height = length * (most * part - pull) + margin + at
        if height > 0:
            high = at
        else:
            low = at
        step = height / (length * most * part * (1 - part) + 1)
        if abs(step) < _CLOSE:
            break
        at = at - step if low < at - step < high else (low + high) / 2
    return most / (1 + exp(-at))


def _single(number: float) -> float:
    """As it will be when it has been stored."""
    return array("f", [number])[0]
