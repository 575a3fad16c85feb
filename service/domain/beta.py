"""The beta distribution, as far as a record of judgements needs it; plain numbers, no library.

For what was right ``a`` times and wrong ``b`` times it says how often the next will be right, and how sure that is.
"""

from __future__ import annotations

from math import exp, lgamma, log, log1p

_TERMS = 300
_CLOSE = 1e-14
_TINY = 1e-300


def chance_below(x: float, a: float, b: float) -> float:
    """How likely it is that the share is below ``x``: the regularised incomplete beta function."""
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    # The fraction is short on the near side of the middle; the far side is what is left of one.
    if x <= (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1.0 - front * _fraction(1.0 - x, b, a) / b


def bound(share: float, a: float, b: float) -> float:
    """The ``x`` below which the share lies with the given chance, to seven places. By halving: it cannot miss."""
    low, high = 0.0, 1.0
    while high - low > 1e-8:
        middle = (low + high) / 2
        low, high = (middle, high) if chance_below(middle, a, b) < share else (low, middle)
    return (low + high) / 2


def _fraction(x: float, a: float, b: float) -> float:
    """1/(1 + d1/(1 + d2/(1 + …))), from the front, as the quotient of two running products."""
    above, below, value = 1.0, 0.0, 1.0
    for n in range(1, _TERMS):
        term = _coefficient(n, x, a, b)
        below = 1.0 / _off_zero(1.0 + term * below)
        above = _off_zero(1.0 + term / above)
        value *= above * below
        if abs(above * below - 1.0) < _CLOSE:
            break
    return 1.0 / value


def _coefficient(n: int, x: float, a: float, b: float) -> float:
    m, odd = divmod(n, 2)
    if odd:
        return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))


def _off_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
