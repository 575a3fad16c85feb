"""Whether to ask something that the service can do without, and that may be away."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock


class Breaker:
    """After a failure nobody asks for ``seconds``; then one does, and the others once that one was answered."""

    def __init__(self, seconds: float, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._elapsed = seconds, elapsed
        self._lock = Lock()
        self._away, self._again_at = False, 0.0

    def allows(self) -> bool:
        """Whether whoever wants to ask may."""
        if not self._away:
            return True
        with self._lock:
            now = self._elapsed()
            if now < self._again_at:
                return False
            self._again_at = now + self._seconds
            return True

    def failed(self) -> bool:
        """To be told of each failure; whether it is news."""
        with self._lock:
            news, self._away = not self._away, True
            self._again_at = self._elapsed() + self._seconds
            return news

    def answered(self) -> bool:
        """To be told of each answer; whether it is news."""
        if not self._away:
            return False
        with self._lock:
            news, self._away = self._away, False
            return news
