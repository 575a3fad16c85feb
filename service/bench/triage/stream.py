"""Labelled comments as a stream of decisions: each is scored before its label is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

from service.bench.dice import Dice
from service.bench.triage.disguise import disguise
from service.bench.triage.labelled import Labelled
from service.learning.calibration import Lane
from service.learning.learner import Learner, Stage, features_of_comment


@dataclass(frozen=True)
class Seen:
    """One comment as it came: what was thought of it, and of the same in disguise, when ``after`` decisions were known;
    how long that took and how long it took to learn what it was, in seconds.
    """

    after: int
    length: int
    bad: bool
    score: float
    disguised: float
    stage: Stage
    lane: Lane
    disguised_lane: Lane
    scoring: float
    learning: float


def shuffled(comments: Sequence[Labelled], seed: int) -> list[Labelled]:
    """The same order for the same seed."""
    return Dice(seed, len(comments)).shuffled(comments)


def replay(
    comments: Sequence[Labelled], language: str, seed: int, progress: Callable[[int], object] = lambda done: None
) -> list[Seen]:
    """In the order given. ``progress`` hears how many are done."""
    learner, seen = Learner(), []
    for after, comment in enumerate(comments):
        start = perf_counter()
        features = features_of_comment(comment.text, language)
        opinion = learner.opinion(features)
        scored = perf_counter()
        hidden = learner.opinion(features_of_comment(disguise(comment.text, seed + after), language))
        told = perf_counter()
        learner.decided(key_of(after), features, comment.bad)
        learnt = perf_counter()
        seen.append(
            Seen(
                after=after,
                length=len(comment.text),
                bad=comment.bad,
                score=opinion.score,
                disguised=hidden.score,
                stage=opinion.stage,
                lane=opinion.lane,
                disguised_lane=hidden.lane,
                scoring=scored - start,
                learning=learnt - told,
            )
        )
        progress(after + 1)
    return seen


def key_of(number: int) -> bytes:
    return number.to_bytes(16, "big")
