"""What a score has meant lately, and where the lanes end."""

from __future__ import annotations

from math import exp
from random import Random

import pytest

from service.domain.lane import BOUNDS, OPENS
from service.learning.calibration import BAD, FEWEST, FINE, MOST, WINDOW, Bounds, Calibration, Lane, Record


def key(number: int) -> bytes:
    return number.to_bytes(16, "big")


def stepped(count: int, bad_from: float) -> Calibration:
    """Scores from 0 to 1 in an order of no meaning; bad from one score on."""
    scores = [number / count for number in range(count)]
    Random(1).shuffle(scores)
    return Calibration((key(n), score, score >= bad_from) for n, score in enumerate(scores))


def test_the_record_is_of_the_nearest() -> None:
    lately = stepped(600, 0.5)
    assert lately.record(0.1) == Record(0, 30)
    assert lately.record(0.9) == Record(30, 30)
    assert lately.record(0.5) == Record(15, 30)
    assert lately.record(-9.0) == Record(0, 30)
    assert lately.record(9.0) == Record(30, 30)


def test_with_few_decisions_the_record_is_of_all_of_them() -> None:
    assert stepped(10, 0.5).record(0.2) == Record(5, 10)
    assert Calibration().record(0.0) == Record(0, 0)


def test_the_lanes_keep_what_they_promise_on_what_they_were_made_of() -> None:
    random = Random(2)
    drawn = [random.random() for _ in range(900)]
    entries = [(key(n), score, random.random() < 1 / (1 + exp(8 - 16 * score))) for n, score in enumerate(drawn)]
    bounds = Calibration(entries).bounds()
    lanes: dict[Lane, list[bool]] = {lane: [] for lane in Lane}
    for _, score, bad in entries:
        lanes[bounds.lane(score)].append(bad)
    assert all(len(of) >= FEWEST for of in lanes.values())
    assert sum(lanes[Lane.FINE]) / len(lanes[Lane.FINE]) <= FINE
    assert sum(lanes[Lane.BAD]) / len(lanes[Lane.BAD]) >= BAD


def test_scores_of_no_meaning_make_no_lanes() -> None:
    random = Random(3)
    lately = Calibration((key(n), random.random(), random.random() < 0.5) for n in range(600))
    assert lately.bounds() == Bounds(None, None)
    assert lately.bounds().lane(0.0) is Lane.OPEN


def test_few_make_no_lane_however_right_they_are() -> None:
    assert stepped(FEWEST - 1, 2.0).bounds() == Bounds(None, None)
    assert stepped(FEWEST, 2.0).bounds() == Bounds(49 / 50, None)
    assert stepped(FEWEST, 0.0).bounds() == Bounds(None, 0.0)


def test_a_lane_with_as_many_errors_as_it_may_have_is_none() -> None:
    """Five of a hundred went wrong: that is what may, but another hundred may well do worse."""

    def lately(wrong: int) -> Calibration:
        return Calibration((key(n), 0.5, n < wrong) for n in range(100))

    assert lately(5).bounds().fine is None
    assert lately(1).bounds().fine == 0.5


def test_a_lane_ends_where_it_was_not_sure_though_a_larger_one_looks_well() -> None:
    """Else the luckiest of many lanes would be taken."""
    lately = Calibration((key(n), n / 400, 60 <= n < 66) for n in range(400))
    assert lately.bounds().fine == 49 / 400
    assert Calibration((key(n), n / 400, False) for n in range(400)).bounds().fine == 389 / 400


def test_what_has_the_same_score_is_in_the_lane_together() -> None:
    entries = [*((key(n), 0.0, False) for n in range(50)), *((key(50 + n), 1.0, n >= 20) for n in range(40))]
    assert Calibration(entries).bounds() == Bounds(0.0, None)


def test_a_sweep_alone_makes_no_lane() -> None:
    lately = Calibration((key(n), n / 400, True, 1 / 20) for n in range(400))
    assert lately.bounds() == Bounds(None, None)


def test_only_the_last_ones_count() -> None:
    lately = Calibration((key(n), 0.5, True) for n in range(WINDOW))
    for number in range(WINDOW):
        lately.add(key(WINDOW + number), 0.5, False)
    assert len(lately) == WINDOW
    assert lately.record(0.5) == Record(0, 50)


def test_what_is_taken_back_never_was() -> None:
    lately = stepped(300, 0.5)
    before = (list(lately), lately.bounds())
    lately.add(key(999), 0.25, True)
    assert lately.record(0.25) == Record(1, 20)
    lately.remove(key(999))
    lately.remove(key(12345))
    assert (list(lately), lately.bounds()) == before
    assert lately.record(0.25) == Record(0, 20)


def test_a_sweep_counts_by_its_weight() -> None:
    """Four hundred copies at one stroke among forty that were looked at one by one."""
    lately = Calibration((key(n), n / 40, n % 2 == 0) for n in range(40))
    for number in range(400):
        lately.add(key(1000 + number), 2 + number / 1000, True, 1 / 16)
    assert lately.record(9.0) == Record(20, 20)
    assert lately.record(1.0) == Record(15, 20)
    assert lately.record(-9.0) == Record(10, 20)


def test_a_sweep_does_not_push_out_what_was_decided_one_by_one() -> None:
    lately = Calibration((key(n), 0.25, False) for n in range(500))
    for number in range(3_000):
        lately.add(key(1000 + number), 0.75, True, 1 / 32)
    assert len(lately) == 3_500
    assert lately.record(0.25) == Record(0, 29)
    for number in range(1_000):
        lately.add(key(9000 + number), 0.75, True, 1 / 32)
    assert len(lately) == MOST


@pytest.mark.parametrize("percent", BOUNDS)
def test_every_bound_can_be_earned(percent: int) -> None:
    """With a model that is right, by decisions looked at one by one; a list approved at one stroke earns nothing."""
    for weight, earned in ((1.0, True), (0.5, False)):
        seen = Calibration((number.to_bytes(4, "big"), -3.0, False, weight) for number in range(900))
        assert (seen.edge(percent / 100, OPENS) is not None) == earned
        seen.add(b"bad", -3.5, True)
        assert (seen.edge(percent / 100, OPENS) is not None) == earned, "one that is wrong is no end of it"
    seen = Calibration((number.to_bytes(4, "big"), -3.0, number % 5 == 0, 1.0) for number in range(900))
    assert seen.edge(percent / 100, OPENS) is None
