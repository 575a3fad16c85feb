"""What a score has meant lately: each decided comment's score from *before* it was decided, and how it went."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

#: Decisions that are looked back on.
WINDOW = 1_000
#: How many of them make up "comments like this": one in twenty, within these bounds.
LIKE, LIKE_SHARE = (20, 50), 20
#: What may go wrong in "likely fine", and what must be right in "likely bad".
FINE, BAD = 0.05, 0.90
#: Fewer make no lane: they may be chance.
FEWEST = 20


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


class Calibration:
    """The last ``WINDOW`` decisions, by key; the oldest goes when one comes."""

    def __init__(self, seen: Iterable[tuple[bytes, float, bool]] = ()) -> None:
        self._seen: deque[tuple[bytes, float, bool]] = deque()
        self._sorted: list[tuple[float, bool]] = []
        for entry in seen:
            self.add(*entry)

    def __iter__(self) -> Iterator[tuple[bytes, float, bool]]:
        """Oldest first."""
        return iter(self._seen)

    def __len__(self) -> int:
        return len(self._seen)

    def add(self, key: bytes, score: float, bad: bool) -> None:
        if len(self._seen) == WINDOW:
            self._take(self._seen.popleft())
        self._seen.append((key, score, bad))
        insort(self._sorted, (score, bad))

    def remove(self, key: bytes) -> None:
        """Nothing happens when it is not among them any more."""
        for entry in [entry for entry in self._seen if entry[0] == key]:
            self._seen.remove(entry)
            self._take(entry)

    def record(self, score: float) -> Record:
        """How the nearest in order of score went."""
        at = bisect_left(self._sorted, (score, False))
        like = max(LIKE[0], min(LIKE[1], len(self._sorted) // LIKE_SHARE))
        start = max(0, min(at - like // 2, len(self._sorted) - like))
        near = self._sorted[start : start + like]
        return Record(sum(bad for _, bad in near), len(near))

    def bounds(self) -> Bounds:
        """The largest lanes that would have kept ``FINE`` and ``BAD``, with one error more than there was in each."""
        fine = _furthest([(score, bad) for score, bad in self._sorted], FINE)
        bad = _furthest([(-score, not bad) for score, bad in reversed(self._sorted)], 1 - BAD)
        return Bounds(fine, None if bad is None else -bad)

    def _take(self, entry: tuple[bytes, float, bool]) -> None:
        del self._sorted[bisect_left(self._sorted, entry[1:])]


def _furthest(ordered: list[tuple[float, bool]], most: float) -> float | None:
    """The last score up to which at most this share went wrong."""
    found, wrong = None, 0
    for count, (score, bad) in enumerate(ordered, 1):
        wrong += bad
        if count >= FEWEST and (wrong + 1) / (count + 1) <= most:
            found = score
    return found
