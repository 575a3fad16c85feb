"""Of what is said in words nobody has decided on, the model answers for nothing."""

from __future__ import annotations

from service.learning.calibration import Edge
from service.learning.learner import Learner, features_of_comment
from service.learning.surely import LONGEST, surely_fine

#: Everything is on the right side of it.
EDGE = Edge(100.0, 0.0, 100.0)
KNOWN, UNKNOWN = "the photographs are lovely", "я знаю где вы живёте"


def taught() -> Learner:
    learner = Learner()
    for number in range(30):
        learner.decided(number.to_bytes(4, "big"), features_of_comment(f"{KNOWN} today", "en"), False)
    return learner


def test_half_of_the_words_at_least_are_known() -> None:
    learner = taught()
    assert surely_fine(learner, EDGE, 0.05, "en", "Sara", KNOWN)
    assert surely_fine(learner, EDGE, 0.05, "en", "Sara", f"{KNOWN} я знаю где вы")
    assert not surely_fine(learner, EDGE, 0.05, "en", "Sara", f"{KNOWN} {UNKNOWN}")
    assert not surely_fine(learner, EDGE, 0.05, "en", "Sara", UNKNOWN)
    assert not surely_fine(learner, EDGE, 0.05, "en", "Sara", "…")


def test_what_is_long_is_read_by_somebody() -> None:
    assert not surely_fine(taught(), EDGE, 0.05, "en", "Sara", f"{KNOWN} " * (LONGEST // len(KNOWN)))
