"""How the time of a function grows, without a clock on the wall."""

from __future__ import annotations

import time
from collections.abc import Callable


def growth(run: Callable[[str], object], shape: Callable[[int], str], n: int) -> float:
    """By how much the time grows when the text doubles, over three doublings from n/2: 2 is linear, 4 quadratic.

    Three, since what else the machine does may double one time of two; of eightfold work it hides little.
    """
    small, large = shape(n // 2), shape(4 * n)
    times = [(_time(run, small), _time(run, large)) for _ in range(5)]
    shortest, longest = (min(of_one) for of_one in zip(*times, strict=True))
    return (longest / max(shortest, 1e-6)) ** (1 / 3)


def _time(run: Callable[[str], object], text: str) -> float:
    start = time.process_time()
    run(text)
    return time.process_time() - start
