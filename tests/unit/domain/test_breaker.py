"""What is away is left alone for a while, and then tried by one."""

from __future__ import annotations

from service.domain.breaker import Breaker


class Elapsed:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_whoever_is_there_is_asked_by_all() -> None:
    breaker = Breaker(5, Elapsed())
    assert [breaker.allows() for _ in range(3)] == [True] * 3
    assert not breaker.answered()


def test_after_a_failure_one_tries_at_a_time_and_not_at_once() -> None:
    elapsed = Elapsed()
    breaker = Breaker(5, elapsed)
    assert [breaker.failed(), breaker.failed()] == [True, False]
    elapsed.seconds = 4.9
    assert not breaker.allows()
    elapsed.seconds = 5
    assert [breaker.allows(), breaker.allows()] == [True, False]
    # Nobody has heard of that one again: the next may try.
    elapsed.seconds = 10
    assert [breaker.allows(), breaker.allows()] == [True, False]
    assert [breaker.answered(), breaker.answered()] == [True, False]
    assert [breaker.allows(), breaker.allows()] == [True, True]
