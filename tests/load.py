"""Readers and writers who do not stop while something is taken away and given back, and what they were told."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self

#: Seconds in which whatever a test waits for comes, on a busy machine too.
PATIENCE = 60
#: An answer: its status, its headers and what it says.
Answered = tuple[int, Mapping[str, str], object]


class Load:
    """``ask`` in ``threads`` threads, over and over, each time with a number of its own: `with Load(ask, 4) as load:`

    ``ask`` answers with a status and anything; what was said of each status is kept in ``said``.
    """

    def __init__(self, ask: Callable[[int], tuple[int, object]], threads: int) -> None:
        self._ask, self._lock, self._done = ask, Lock(), Event()
        self.said: dict[int, list[object]] = {}
        self.failed: list[BaseException] = []
        self._next = 0
        self._threads = [Thread(target=self._work) for _ in range(threads)]

    def _work(self) -> None:
        while not self._done.is_set():
            with self._lock:
                number, self._next = self._next, self._next + 1
            try:
                status, told = self._ask(number)
            except BaseException as error:
                self.failed.append(error)
                return
            with self._lock:
                self.said.setdefault(status, []).append(told)

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join(PATIENCE)
        if error is None and self.failed:
            raise self.failed[0]

    def counts(self) -> Counter[int]:
        with self._lock:
            return Counter({status: len(told) for status, told in self.said.items()})

    def more(self, *statuses: int, times: int = 10) -> None:
        """Waits until each of these was answered so many times more."""
        before = self.counts()
        self.until(lambda: all(self.counts()[s] - before[s] >= times for s in statuses))

    def until(self, comes: Callable[[], bool]) -> None:
        """Waits for what comes of itself while the load goes on."""
        deadline = time.monotonic() + PATIENCE
        while not comes():
            if self.failed:
                raise self.failed[0]
            assert time.monotonic() < deadline, self.counts()
            self._done.wait(0.01)
