"""The model's lane, as those see it who may open and close it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from service.domain.lane import Tally
from service.storage import lanes
from service.storage.lanes import LaneChange

#: How far back the history is shown.
SHOWN = 20


@dataclass(frozen=True)
class Change:
    """``label``: who, ``None`` when it closed by itself. ``found``: what it was opened or closed on."""

    open: bool
    percent: int
    audit: int
    found: Tally
    label: str | None
    at: datetime


@dataclass(frozen=True)
class LaneView:
    """The newest first; it begins with what holds now."""

    history: Sequence[Change]

    @property
    def now(self) -> Change | None:
        return self.history[0] if self.history and self.history[0].open else None


def lane_view(session: Session, site_id: UUID) -> LaneView:
    return LaneView([_change(row) for row in lanes.list_last(session, site_id, SHOWN)])


def closed_by_itself(session: Session, site_id: UUID) -> Change | None:
    """How, when that is the last that happened to the lane: nobody has looked at it since."""
    last = lanes.find_last(session, site_id)
    return _change(last) if last is not None and not last.open and last.label is None else None


def _change(row: LaneChange) -> Change:
    return Change(row.open, row.percent, row.audit, Tally(row.wrong, row.judged), row.label, row.at)
