"""How the time of a function grows, without a clock on the wall."""

from __future__ import annotations

import time
from collections.abc import Callable


def growth(run: Callable[[str], object], shape: Callable[[int], str], n: int) -> float:
    """The time for the shape of size 2n over the time for size n: 2 is linear, 4 is quadratic."""
    small, large = shape(n), shape(2 * n)
    return _best(run, large) / max(_best(run, small), 1e-4)


def _best(run: Callable[[str], object], text: str) -> float:
    times = []
    for _ in range(5):
        start = time.process_time()
        run(text)
        times.append(time.process_time() - start)
    return min(times)
