"""How far an author is trusted: by what moderators have decided on the author's comments, and by nothing else.

Every comment a moderator has judged counts once, as it stands now: what was undone counts no more, and what a rule or a
program has decided never did, or errors would feed themselves. What was judged long ago counts less. Of what remains
the beta distribution says how often a moderator would approve, and ``bound`` how often at least, nine times in ten.

Trust is for who has proven to be this author. Without proof there is one comment and no past.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from service.domain.beta import bound
from service.domain.moderation import READERS, Action, ActorKind
from service.domain.standing import Decided, standing

#: What one judgement weighs, for and against.
WEIGHTS = {Action.APPROVE: (1.0, 0.0), Action.REJECT: (0.0, 2.0), Action.SPAM: (0.0, 4.0)}
PRIOR = (1.0, 1.0)
HALF_LIFE = timedelta(days=90)
#: The share of cases in which the author is better than the bound.
SURE = 0.9
TRUSTED_ABOVE = 0.85
#: Judgements under which nobody is trusted, however good they are.
LEAST = 5
#: Who is, nine times in ten, approved less often than this is watched. One spam, or two rejections, and nothing else.
WATCHED_BELOW = 0.5
#: From the weakest. An address that was confirmed ranks over a device that was remembered.
PROOFS: tuple[str, ...] = ("none", "device", "address")


class Level(StrEnum):
    """``watched``: everything waits. ``slow``: it waits, and the others come first. ``blocked``: it is rejected."""

    NEW = "new"
    KNOWN = "known"
    TRUSTED = "trusted"
    WATCHED = "watched"
    SLOW = "slow"
    BLOCKED = "blocked"


#: What a moderator may set, and take back.
BY_HAND: tuple[Level, ...] = (Level.WATCHED, Level.SLOW, Level.BLOCKED)


@dataclass(frozen=True)
class Judgement:
    """What a moderator has decided on one comment."""

    action: Action
    at: datetime


@dataclass(frozen=True)
class Standing:
    """A level with its evidence: how many comments a moderator has judged how, and the bound that comes of it.
    ``by_hand``: a moderator has set the level, whatever the evidence.
    """

    level: Level = Level.NEW
    proof: str = "none"
    by_hand: bool = False
    approved: int = 0
    rejected: int = 0
    spam: int = 0
    bound: float = 0.0

    @property
    def judged(self) -> int:
        return self.approved + self.rejected + self.spam


class Step(Decided, Protocol):
    """A row of a comment's chain."""

    @property
    def action(self) -> str: ...
    @property
    def actor_kind(self) -> str: ...
    @property
    def at(self) -> datetime: ...


def judgement_of(chain: Sequence[Step]) -> Judgement | None:
    """What a moderator thinks of a comment whose chain is given oldest first; ``None`` when no moderator has judged it
    as it stands. Taking a comment back takes back no judgement, or spam could be wiped away by whoever sent it.
    """
    staff = [step for step in chain if step.action not in READERS]
    stands = standing(staff, staff[-1].version_after) if staff else None
    if stands is None or stands.actor_kind != ActorKind.MODERATOR or stands.action not in WEIGHTS:
        return None
    return Judgement(Action(stands.action), stands.at)


def stand(judgements: Iterable[Judgement], proof: str, set_to: Level | None, now: datetime) -> Standing:
    """Where an author stands. ``set_to``: what a moderator has set, which goes before all evidence."""
    given = list(judgements)
    counts = {action: sum(j.action is action for j in given) for action in WEIGHTS}
    good, bad = weighed(given, now)
    least, most = bound(1 - SURE, good, bad), bound(SURE, good, bad)
    level = _level(proof, counts, least, most)
    return Standing(
        level=set_to or level,
        proof=proof,
        by_hand=set_to is not None,
        approved=counts[Action.APPROVE],
        rejected=counts[Action.REJECT],
        spam=counts[Action.SPAM],
        bound=least,
    )


def weighed(judgements: Iterable[Judgement], now: datetime) -> tuple[float, float]:
    """The two parameters of the distribution: the prior and every judgement, each by its age."""
    good, bad = PRIOR
    for judgement in judgements:
        # Two machines' clocks may differ: what is not made yet is new.
        left = 0.5 ** max(0.0, (now - judgement.at) / HALF_LIFE)
        for_, against = WEIGHTS[judgement.action]
        good, bad = good + for_ * left, bad + against * left
    return good, bad


def _level(proof: str, counts: dict[Action, int], least: float, most: float) -> Level:
    if PROOFS.index(proof) < PROOFS.index("device"):
        return Level.NEW
    if most < WATCHED_BELOW:
        return Level.WATCHED
    if least > TRUSTED_ABOVE and sum(counts.values()) >= LEAST:
        return Level.TRUSTED
    return Level.KNOWN if counts[Action.APPROVE] else Level.NEW
