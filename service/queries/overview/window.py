"""The stretch of time an overview looks at, cut into clock hours or days of UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: Name of the period -> the unit it is cut into, and how many of them.
PERIODS: dict[str, tuple[timedelta, int]] = {"day": (HOUR, 24), "week": (DAY, 7)}


@dataclass(frozen=True)
class Window:
    """Whole units of the clock, the last of them still running at ``now``."""

    start: datetime
    unit: timedelta
    number: int
    now: datetime

    def starts(self) -> list[datetime]:
        """When each unit begins, oldest first."""
        return [self.start + n * self.unit for n in range(self.number)]

    def index(self, moment: datetime) -> int:
        """The unit a moment falls into. One ahead of ``now`` (another machine's clock) counts as now."""
        return min(self.number - 1, (moment - self.start) // self.unit)


def window_at(now: datetime, period: str) -> Window:
    """The last 24 clock hours or the last 7 days, today's included."""
    unit, number = PERIODS[period]
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    running = hour if unit == HOUR else hour.replace(hour=0)
    return Window(running - (number - 1) * unit, unit, number, now)
