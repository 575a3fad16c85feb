"""The lane in which the model may publish by itself: how much may be wrong there, and whether that is still kept.

How much is wrong is told by moderators who know nothing of the lane: before it was opened by all they decided, since
then by a part of it that is drawn by lot and waits for them like everything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import floor, sqrt

from service.domain.beta import bound as share_at
from service.domain.beta import chance_below

#: What a newsroom may choose: how many in a hundred may be wrong, and how many of them moderators look at.
BOUNDS, AUDITS = (1, 2, 3, 5, 10), (2, 3, 4, 5)
#: How sure it has to be that the bound is kept: for a comment to be let through, and for the lane to stay open. Between
#: the two lies what chance may bring.
OPENS, STAYS = 0.975, 0.90
#: How sure it may be, by what was found since alone, that the bound is broken. What the lane was opened on says nothing
#: of what readers write today.
BROKEN = 0.96
#: How many comments are looked back on.
MEMORY = 1_000
#: Moderators have to look: nothing is published while more than so many of those they are to look at wait, or one waits
#: for so long.
WAITING, LATE = 30, timedelta(hours=48)
#: An approval counts as a look where no more than so many were approved at one stroke: what fits on a screen.
AT_ONCE = 20
#: A lane that has closed by itself is not opened again before.
REST = timedelta(days=7)
#: How sure a shown interval is.
SHOWN = 0.95


@dataclass(frozen=True)
class Tally:
    """``wrong`` of ``judged`` should not have been published."""

    wrong: float = 0.0
    judged: float = 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The share that is wrong lies between these with ``SHOWN``, after Clopper and Pearson."""
        tail, right = (1 - SHOWN) / 2, self.judged - self.wrong
        low = share_at(tail, self.wrong, right + 1) if self.wrong else 0.0
        high = share_at(1 - tail, self.wrong + 1, right) if right else 1.0
        return low, high

    def sure(self, percent: int) -> float:
        """How sure it is that no more than so many in a hundred are wrong."""
        right = self.judged - self.wrong
        return chance_below(percent / 100, self.wrong + 1, right) if right > 0 else 0.0


    def over(self, percent: int) -> float:
        """How sure it is that more than so many in a hundred are wrong."""
        return 1 - chance_below(percent / 100, self.wrong, self.judged - self.wrong + 1) if self.wrong > 0 else 0.0


def evidence(before: Tally, audited: Sequence[bool]) -> Tally:
    """What is known by now. ``before``: when the lane was opened. ``audited``: whether each that moderators have looked
    at since was wrong, the newest first; as their number grows they take the place of what was before.
    """
    latest = audited[:MEMORY]
    part = 1 - len(latest) / MEMORY
    return Tally(sum(latest) + before.wrong * part, len(latest) + before.judged * part)


def is_kept(percent: int, before: Tally, audited: Sequence[bool], published: Tally = Tally()) -> bool:
    """Whether the lane may stay open. ``published``: how many of what the model published moderators took down since;
    at least so many were wrong, whatever the audit has seen.
    """
    since = Tally(sum(audited[:MEMORY]), len(audited[:MEMORY]))
    broken = max(since.over(percent), published.over(percent))
    return evidence(before, audited).sure(percent) >= STAYS and broken < BROKEN


def hidden(taken_back: int, audited: int, usual: float) -> int:
    """Of ``audited`` comments ``taken_back`` were taken back or rewritten before anybody had looked: how many of those
    are more than chance brings, when of what was published the share ``usual`` was. They count as wrong: whoever sees
    that a comment waits must not be able to keep it from the count.
    """
    expected = usual * audited
    return max(0, floor(taken_back - expected - 2 * sqrt(expected + 1)))
