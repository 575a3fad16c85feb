"""The beta distribution against what is known of it exactly."""

from __future__ import annotations

import random
from math import comb

import pytest

from service.domain.beta import bound, chance_below


def by_counting(x: float, a: int, b: int) -> float:
    """Of whole numbers it is a sum: at least ``a`` heads in ``a + b - 1`` throws."""
    throws = a + b - 1
    return sum(comb(throws, k) * x**k * (1 - x) ** (throws - k) for k in range(a, throws + 1))


@pytest.mark.parametrize(("a", "b"), [(1, 1), (2, 2), (8, 3), (1, 5), (40, 2), (3, 60), (120, 80), (400, 1)])
def test_whole_numbers_agree_with_counting(a: int, b: int) -> None:
    for step in range(1, 100):
        assert chance_below(step / 100, a, b) == pytest.approx(by_counting(step / 100, a, b), abs=1e-11)


def test_it_mirrors_itself_and_rises() -> None:
    dice = random.Random(5)
    for _ in range(2_000):
        a, b, x = dice.uniform(0.2, 400), dice.uniform(0.2, 400), dice.random()
        assert chance_below(x, a, b) == pytest.approx(1 - chance_below(1 - x, b, a), abs=1e-10)
        assert chance_below(x, a, b) <= chance_below(min(1.0, x + 0.01), a, b) + 1e-12


@pytest.mark.parametrize("n", [1, 2, 5, 14, 200])
def test_where_one_side_is_one_the_bound_is_a_root(n: int) -> None:
    assert bound(0.1, n, 1) == pytest.approx(0.1 ** (1 / n), abs=1e-7)
    assert bound(0.1, 1, n) == pytest.approx(1 - 0.9 ** (1 / n), abs=1e-7)


def test_half_and_half_is_an_arc_sine() -> None:
    """I_x(1/2, 1/2) = 2/π · arcsin √x: a quarter lies below sin²(π/8)."""
    assert bound(0.25, 0.5, 0.5) == pytest.approx(0.1464466094, abs=1e-7)
    assert bound(0.5, 0.5, 0.5) == pytest.approx(0.5, abs=1e-7)


def test_the_bound_leads_back() -> None:
    dice = random.Random(6)
    for _ in range(500):
        a, b, share = dice.uniform(0.5, 200), dice.uniform(0.5, 200), dice.uniform(0.01, 0.99)
        assert chance_below(bound(share, a, b), a, b) == pytest.approx(share, abs=1e-6)


def test_outside_of_one_there_is_nothing() -> None:
    assert [chance_below(x, 2, 3) for x in (-1, 0, 1, 2)] == [0, 0, 1, 1]
