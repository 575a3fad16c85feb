"""What a check asks for."""

from __future__ import annotations

from enum import IntEnum


class Outcome(IntEnum):
    """What a finding asks for, the stricter the higher. ``NOTE`` objects to nothing: it is there to be read."""

    NOTE = 0
    HOLD = 1
    REJECT = 2
    SPAM = 3

    @property
    def code(self) -> str:
        return self.name.lower()
