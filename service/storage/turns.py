"""Turns: who may write next, where only one can, in the order they came."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock

from service.domain.errors import UnavailableError


class Turns:
    """The turns of one process. SQLite lets whoever asks at the right moment write next: of eight writers that never
    rest one can wait until it is told that the database is locked.
    """

    def __init__(self, limit: float) -> None:
        """``limit``: how long one waits, in seconds."""
        self.limit = limit
        self._lock = Lock()
        #: Whose turn it is comes first, behind it who waits.
        self._queue: deque[Event] = deque()

    def __len__(self) -> int:
        """Who has the turn, and those that wait."""
        return len(self._queue)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Waits for those that came before; ``UnavailableError`` when they take longer than the limit."""
        mine = Event()
        try:
            with self._lock:
                self._queue.append(mine)
                self._queue[0].set()
            if not mine.wait(self.limit):
                raise UnavailableError(private={"database": "busy"})
            yield
        finally:
            with self._lock:
                if mine in self._queue:
                    self._queue.remove(mine)
                if self._queue:
                    self._queue[0].set()
