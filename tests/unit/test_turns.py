"""Who waits to write comes next in the order of coming, and does not wait for ever."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest

from service.domain.errors import UnavailableError
from service.storage.turns import Turns

LONG = 60.0


class Writers:
    """Each takes a turn on a thread of its own, and ends it when it is told to."""

    def __init__(self, turns: Turns, pool: ThreadPoolExecutor) -> None:
        self._turns, self._pool = turns, pool
        self.began: list[int] = []

    def start(self, number: int, end: Event) -> Future[None]:
        """Comes back when the writer stands in the queue."""
        before = len(self._turns)
        done = self._pool.submit(self._write, number, end)
        while len(self._turns) == before and not done.done():
            pass
        return done

    def _write(self, number: int, end: Event) -> None:
        with self._turns.turn():
            self.began.append(number)
            assert end.wait(LONG)


def test_who_came_first_is_next() -> None:
    turns, end = Turns(LONG), Event()
    with ThreadPoolExecutor(8) as pool:
        writers = Writers(turns, pool)
        done = [writers.start(number, end) for number in range(8)]
        assert not writers.began[1:], "one at a time"
        end.set()
        for one in done:
            one.result(LONG)
    assert writers.began == list(range(8))
    assert len(turns) == 0


def test_one_that_waits_too_long_is_told_so_and_takes_no_turn() -> None:
    turns, end = Turns(0), Event()
    with ThreadPoolExecutor(2) as pool:
        writers = Writers(turns, pool)
        first = writers.start(0, end)
        with pytest.raises(UnavailableError), turns.turn():
            writers.began.append(1)
        assert len(turns) == 1, "it has left the queue"
        end.set()
        first.result(LONG)
    with turns.turn():
        writers.began.append(2)
    assert writers.began == [0, 2]


def test_a_turn_that_fails_is_over() -> None:
    turns = Turns(0)
    with pytest.raises(KeyError), turns.turn():
        raise KeyError
    with turns.turn():
        assert len(turns) == 1


def test_who_leaves_the_queue_keeps_nobody_waiting() -> None:
    """The second gives up while the first writes: the third comes after the first."""
    turns, end = Turns(LONG), Event()
    with ThreadPoolExecutor(3) as pool:
        writers = Writers(turns, pool)
        first = writers.start(0, end)
        turns.limit = 0
        with pytest.raises(UnavailableError):
            writers.start(1, end).result(LONG)
        turns.limit = LONG
        third = writers.start(2, end)
        end.set()
        first.result(LONG)
        third.result(LONG)
    assert writers.began == [0, 2]
