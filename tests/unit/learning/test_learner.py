"""When the model is believed, and what an undo does to it."""

from __future__ import annotations

from math import sqrt
from random import Random

import pytest

from service.learning.calibration import Lane
from service.learning.learner import Learner, Stage, features_of_comment
from service.learning.packing import pack
from tests.triage_sample import COMMENTS

FEATURES = [(features_of_comment(text, "ar"), bad) for text, bad in Random(8).sample(COMMENTS, 320)]


def key(number: int) -> bytes:
    return number.to_bytes(16, "big")


def decided(fine: int, bad: int) -> Learner:
    learner = Learner()
    kinds = [[f for f, is_bad in FEATURES if is_bad is kind] for kind in (False, True)]
    for number in range(fine + bad):
        kind = number >= fine
        learner.decided(key(number), kinds[kind][number % 100], kind)
    return learner


@pytest.mark.parametrize(
    ("fine", "bad", "stage"),
    [
        (0, 0, Stage.SILENT),
        (40, 9, Stage.SILENT),
        (40, 10, Stage.ORDERS),
        (60, 0, Stage.SILENT),
        (159, 40, Stage.ORDERS),
        (160, 40, Stage.SPEAKS),
        (39, 161, Stage.ORDERS),
        (161, 39, Stage.ORDERS),
    ],
)
def test_it_is_silent_until_it_knows_enough_of_each_kind(fine: int, bad: int, stage: Stage) -> None:
    assert decided(fine, bad).stage is stage


def test_it_names_no_lane_before_it_speaks() -> None:
    learner = decided(159, 40)
    assert {learner.opinion(features).lane for features, _ in FEATURES} == {Lane.OPEN}


def test_the_lanes_hold_what_they_say() -> None:
    learner = Learner()
    for number, (features, bad) in enumerate(FEATURES[:280]):
        learner.decided(key(number), features, bad)
    lanes = {(learner.opinion(features).lane, bad) for features, bad in FEATURES[280:]}
    assert (Lane.FINE, False) in lanes
    assert (Lane.BAD, True) in lanes
    assert not {(Lane.FINE, True), (Lane.BAD, False)} & lanes


def test_each_score_of_the_record_is_from_before_the_decision() -> None:
    """Else the model would be praised for what it was told."""
    learner = Learner()
    scores = []
    for number, (features, bad) in enumerate(FEATURES[:50]):
        scores.append(learner.opinion(features).score)
        learner.decided(key(number), features, bad)
    assert [score for _, score, *_ in learner.calibration] == scores


def test_an_undo_takes_the_decision_out_of_the_counts_the_record_and_the_weights() -> None:
    learner = decided(30, 30)
    before = (learner.fine, learner.bad, list(learner.calibration), learner.model.decisions)
    odd = features_of_comment("زعفران", "ar")
    learner.decided(key(1000), odd, True)
    assert learner.undone(key(1000))
    assert (learner.fine, learner.bad, list(learner.calibration), learner.model.decisions) == before
    assert not learner.undone(key(1000))


def test_a_sweep_does_not_make_it_speak() -> None:
    """Forty approvals one by one and three hundred copies of spam at one stroke: that is one opinion of spam."""
    learner = decided(40, 0)
    copy = features_of_comment("اربح المال الآن من بيتك", "ar")
    for number in range(300):
        learner.decided(key(1000 + number), copy, True, weight=1 / sqrt(300))
    assert learner.bad == pytest.approx(sqrt(300), abs=0.01)
    assert learner.stage is Stage.ORDERS
    record = learner.opinion(copy).record
    assert record.bad <= record.all == 20


def test_undoing_a_sweep_leaves_no_trace_in_the_counts() -> None:
    learner = decided(30, 30)
    before = (learner.fine, learner.bad, list(learner.calibration))
    for number in range(70):
        learner.decided(key(1000 + number), FEATURES[number][0], True, weight=1 / sqrt(70))
    for number in range(70):
        assert learner.undone(key(1000 + number))
    assert (learner.fine, learner.bad, list(learner.calibration)) == before


def test_deciding_the_same_again_counts_once() -> None:
    learner = decided(3, 3)
    learner.decided(key(0), FEATURES[0][0], True)
    assert (learner.fine, learner.bad, len(learner.calibration)) == (2, 4, 6)


def test_a_replay_of_the_log_is_the_learner_to_the_bit() -> None:
    def told() -> Learner:
        learner = Learner()
        for number, (features, bad) in enumerate(FEATURES[:90]):
            learner.decided(key(number), features, bad)
            if number % 9 == 4:
                learner.undone(key(number - 2))
        return learner

    assert pack(told()) == pack(told())
