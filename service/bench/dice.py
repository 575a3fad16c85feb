"""Chance that falls alike in every run: a load can be made again, row for row. No secret is ever drawn from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

T = TypeVar("T")
_MASK = (1 << 64) - 1


class Dice:
    """The numbers of one seed and one place: what falls for a comment does not hang on those before it.

    Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (OOPSLA 2014): SplitMix64.
    """

    def __init__(self, seed: int, place: int) -> None:
        self._state = (seed * 0x9E3779B97F4A7C15 + place * 0xD1342543DE82EF95) & _MASK
        self._made = 0

    def bits(self) -> int:
        """The next 64 bits."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        z = self._state
        z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ z >> 27) * 0x94D049BB133111EB) & _MASK
        return z ^ z >> 31

    def below(self, limit: int) -> int:
        return self.bits() % limit

    def pick(self, of: Sequence[T]) -> T:
        return of[self.bits() % len(of)]

    def shuffled(self, of: Sequence[T]) -> list[T]:
        """All of them in an order in which each is as likely as any other (Fisher and Yates)."""
        order = list(of)
        for last in range(len(order) - 1, 0, -1):
            other = self.below(last + 1)
            order[last], order[other] = order[other], order[last]
        return order

    def id_at(self, moment: datetime) -> UUID:
        """A UUIDv7 of that millisecond; of two made by the same dice for one moment the later is the greater."""
        stamp = int(moment.timestamp() * 1000) << 12 | self._made
        self._made += 1
        return UUID(int=(stamp >> 12) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64 | 0b10 << 62 | self.bits() >> 2)
