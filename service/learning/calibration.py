"""What a score has meant lately: each decided comment's score from *before* it was decided, and how it went."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import accumulate, groupby
from operator import itemgetter

from service.domain.beta import chance_below

#: Decisions that are looked back on, each counted by its weight; and at most so many, however little each counts.
WINDOW, MOST = 1_000, 4_000
#: How many of them make up "comments like this": one in twenty, within these bounds.
LIKE, LIKE_SHARE = (20, 50), 20
#: What may go wrong in "likely fine", and what must be right in "likely bad".
FINE, BAD = 0.05, 0.90
#: How sure that is, what the smallest lane is made of, and by which part of all of them it grows.
SURE, FEWEST, STEPS = 0.90, 50, 20
#: Bad ones that the smallest lane with a bound of its own may hold.
SPARE = 2
#: Key, score from before, whether it was a bad one, and how much it counts: a multiple of a power of two, so that sums
#: are exact and what is taken back leaves nothing behind.
Scored = tuple[bytes, float, bool, float]


class Lane(StrEnum):
    FINE = "fine"
    OPEN = "open"
    BAD = "bad"


@dataclass(frozen=True)
class Record:
    """``bad`` of ``all`` comments with scores around this one were rejected."""

    bad: int
    all: int


@dataclass(frozen=True)
class Bounds:
    """At ``fine`` or below is likely fine, at ``bad`` or above likely bad; ``None``: there is no such lane."""

    fine: float | None
    bad: float | None

    def lane(self, score: float) -> Lane:
        if self.fine is not None and score <= self.fine:
            return Lane.FINE
        return Lane.BAD if self.bad is not None and score >= self.bad else Lane.OPEN


@dataclass(frozen=True)
class Edge:
    """Where a lane ends: it holds what scores ``score`` or below; of ``all`` decided there ``wrong`` were rejected."""

    score: float
    wrong: float
    all: float


class Calibration:
    """The last decisions, by key, that together count as ``WINDOW``; the oldest go when one comes."""

    def __init__(self, seen: Iterable[Scored] = ()) -> None:
        self._seen: deque[Scored] = deque()
        self._sorted: list[tuple[float, bool, float]] = []
        self._weight = 0.0
        #: How much all before each of those in order of score count, and at the end all of them.
        self._sums: list[float] | None = None
        for entry in seen:
            self.add(*entry)

    def __iter__(self) -> Iterator[Scored]:
        """Oldest first."""
        return iter(self._seen)

    def __len__(self) -> int:
        return len(self._seen)

    def add(self, key: bytes, score: float, bad: bool, weight: float = 1.0) -> None:
        while self._seen and (self._weight + weight > WINDOW or len(self._seen) >= MOST):
            self._take(self._seen.popleft())
        self._seen.append((key, score, bad, weight))
        insort(self._sorted, (score, bad, weight))
        self._weight += weight
        self._sums = None

    def remove(self, key: bytes) -> None:
        """Nothing happens when it is not among them any more."""
        for entry in [entry for entry in self._seen if entry[0] == key]:
            self._seen.remove(entry)
            self._take(entry)

    def record(self, score: float) -> Record:
        """How the nearest in order of score went, in whole decisions: what was decided together counts for less."""
        if self._sums is None:
            self._sums = list(accumulate((weight for _, _, weight in self._sorted), initial=0.0))
        like = max(LIKE[0], min(LIKE[1], self._weight // LIKE_SHARE))
        below = self._sums[bisect_left(self._sorted, (score, False, 0.0))]
        start = max(0.0, min(below - like // 2, self._weight - like))
        near = self._sorted[bisect_right(self._sums, start) - 1 : bisect_left(self._sums, start + like)]
        return Record(round(sum(weight for _, bad, weight in near if bad)), round(sum(weight for *_, weight in near)))

    def bounds(self) -> Bounds:
        """The largest lanes of which it is ``SURE`` that they keep ``FINE`` and ``BAD``."""
        step = self._weight / STEPS
        fine = _furthest(self._sorted, FINE, step, SURE)
        turned = [(-score, not bad, weight) for score, bad, weight in reversed(self._sorted)]
        bad = _furthest(turned, 1 - BAD, step, SURE)
        return Bounds(None if fine is None else fine.score, None if bad is None else -bad.score)

    def edge(self, most: float, sure: float) -> Edge | None:
        """The largest lane of fine ones of which it is ``sure`` that no more than the share ``most`` of it is bad. Only
        what was looked at by itself counts: a list approved at one stroke shows nothing of the kind.
        """
        alone = [entry for entry in self._sorted if entry[2] == 1.0]
        return _furthest(alone, most, len(alone) / STEPS, sure, _fewest(most, sure))

    def _take(self, entry: Scored) -> None:
        del self._sorted[bisect_left(self._sorted, entry[1:])]
        self._weight -= entry[3]
        self._sums = None


def _furthest(
    ordered: Iterable[tuple[float, bool, float]], most: float, step: float, sure: float, fewest: float = 0.0
) -> Edge | None:
    """The last score up to which no more than this share goes wrong, with the bound of Clopper and Pearson.

    The lane grows for as long as that is sure. To take the largest of all that look well would be to choose those that
    were lucky. Comments of the same score are in it together or not at all.
    """
    found, wrong, right, asked_at = None, 0.0, 0.0, fewest or float(FEWEST)
    for score, same in groupby(ordered, itemgetter(0)):
        for _, bad, weight in same:
            wrong, right = (wrong + weight, right) if bad else (wrong, right + weight)
        if wrong + right < asked_at:
            continue
        if not right or chance_below(most, wrong + 1, right) < sure:
            break
        found, asked_at = Edge(score, wrong, wrong + right), wrong + right + step
    return found


@cache
def _fewest(most: float, sure: float) -> float:
    """Of how many comments it can be ``sure`` though ``SPARE`` of them are bad: to ask sooner is to ask chance."""
    number = SPARE + 1.0
    while chance_below(most, SPARE + 1, number - SPARE) < sure:
        number += 1
    return number
