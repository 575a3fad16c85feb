"""The clock and the ids made from it."""

from __future__ import annotations

import secrets
import threading
from datetime import UTC, datetime
from uuid import UUID


def utc_now() -> datetime:
    """Aware UTC, cut to milliseconds: what is stored, shown and put into ids is one and the same moment."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


class Uuid7:
    """UUIDv7 (RFC 9562) for a given moment; strictly greater with every call of this process.

    Within a millisecond, or when the clock steps back, the 12 bits after the time count up from a random start
    and carry into the time. 62 bits stay random.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def __call__(self, moment: datetime) -> UUID:
        fresh = (int(moment.timestamp() * 1000) << 12) | secrets.randbits(10)
        with self._lock:
            self._last = max(fresh, self._last + 1)
            stamp = self._last
        value = (stamp >> 12) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64 | 0b10 << 62 | secrets.randbits(62)
        return UUID(int=value)
