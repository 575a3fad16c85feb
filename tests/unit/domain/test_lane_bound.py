"""When the model's lane may open, and when it must not stay so."""

from __future__ import annotations

import random

import pytest

from service.domain.lane import BOUNDS, MEMORY, OPENS, STAYS, Tally, evidence, is_kept


@pytest.mark.parametrize(
    ("wrong", "judged", "low", "high"),
    # R: binom.test(wrong, judged)$conf.int
    [(1, 22, 0.00115, 0.22844), (0, 72, 0.0, 0.04994), (36, 1000, 0.02534, 0.04949), (5, 5, 0.47818, 1.0)],
)
def test_the_shown_interval_is_that_of_clopper_and_pearson(wrong: int, judged: int, low: float, high: float) -> None:
    assert Tally(wrong, judged).interval == pytest.approx((low, high), abs=2e-5)


def test_nothing_looked_at_says_nothing() -> None:
    assert Tally().interval == (0.0, 1.0)
    assert all(Tally().sure(percent) == 0 for percent in BOUNDS)
    assert Tally().over(5) == 0


def test_it_takes_seventytwo_without_a_fault_to_be_sure_of_five_in_a_hundred() -> None:
    assert Tally(0, 71).sure(5) < OPENS <= Tally(0, 72).sure(5)
    assert Tally(0, 367).sure(1) < OPENS <= Tally(0, 368).sure(1)


def test_what_was_found_since_takes_the_place_of_what_was_before() -> None:
    before = Tally(20, 1000)
    assert evidence(before, []) == before
    half = evidence(before, [False] * (MEMORY // 2))
    assert (half.wrong, half.judged) == pytest.approx((10, 1000))
    assert evidence(before, [True] * MEMORY + [False] * 50) == Tally(MEMORY, MEMORY)


def test_a_lane_that_keeps_its_bound_stays_and_one_that_does_not_closes() -> None:
    """Fifty newsrooms each, with a wrong one in a hundred, and with one in five."""
    before = Tally(10, 1000)
    assert before.sure(5) >= OPENS > STAYS
    closed = {share: [_closes_after(share, before, seed) for seed in range(50)] for share in (0.01, 0.2)}
    assert sum(after is not None for after in closed[0.01]) <= 1
    late = [after for after in closed[0.2] if after is None or after > 60]
    assert len(late) <= 2


def test_the_first_fault_closes_no_lane_and_faults_alone_do() -> None:
    before = Tally(2, 400)
    assert is_kept(5, before, [True])
    # However long the record from before.
    assert not is_kept(5, Tally(0, 1000), [True, True, True])


def _closes_after(share: float, before: Tally, seed: int) -> int | None:
    dice, audited = random.Random(seed), []
    for number in range(300):
        audited.insert(0, dice.random() < share)
        if not is_kept(5, before, audited):
            return number
    return None
