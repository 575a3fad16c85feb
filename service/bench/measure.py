"""Asks the same of several databases in turn, so that whatever else the machine does slows all of them alike."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Question(Generic[T]):
    """``ask`` makes ready and gives what is timed. Questions of one ``group`` are told together, and of them the
    slowest. ``limited``: whether it has to cost the same at every size. ``share``: of the samples asked for.
    """

    group: str
    name: str
    ask: Callable[[T], Callable[[], object]]
    limited: bool = False
    share: float = 1.0


@dataclass
class Found:
    """Seconds by question, a list for each database in turn."""

    group: str
    limited: bool
    seconds: dict[str, list[list[float]]] = field(default_factory=dict)

    def all(self, place: int) -> list[float]:
        return [second for of in self.seconds.values() for second in of[place]]


def percentile(seconds: Sequence[float], share: float) -> float:
    """The smallest of them that so many do not exceed."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def run(
    questions: Sequence[Question[T]],
    databases: Sequence[T],
    samples: int,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> list[Found]:
    """What was found, a group each, in the order of the questions. The first answer of each is not counted."""
    found: dict[str, Found] = {}
    # What is there by now stays there: looking through all of it would take a tenth of a second now and then.
    gc.collect()
    gc.freeze()
    for number, question in enumerate(questions):
        group = found.setdefault(question.group, Found(question.group, question.limited))
        times: list[list[float]] = [[] for _ in databases]
        for sample in range(-1, max(1, int(samples * question.share))):
            for place, second in enumerate(_asked(question, databases)):
                if sample >= 0:
                    times[place].append(second)
        group.seconds[question.name] = times
        progress(number + 1, len(questions))
    return list(found.values())


def _asked(question: Question[T], databases: Sequence[T]) -> Iterator[float]:
    for database in databases:
        ready = question.ask(database)
        start = perf_counter()
        ready()
        yield perf_counter() - start
