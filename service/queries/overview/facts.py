"""What an overview is counted from: rows as they lie in the database, and how far back they reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.domain.moderation import ASKABLE, Action, ActorKind, Status

#: Who judges comments. A rule's approval on arrival and an author's own withdrawal are no judgement.
STAFF = (ActorKind.MODERATOR, ActorKind.TOKEN)


@dataclass(frozen=True)
class Arrival:
    """A comment and where it stands now. ``staff``: a moderator's reply, which nobody has to judge."""

    id: UUID
    thread: UUID
    section: str
    status: str
    staff: bool
    at: datetime


@dataclass(frozen=True)
class Act:
    """A row of the decision log. ``own``: the one by which a moderator's reply is published as it is written."""

    id: UUID
    comment: UUID
    action: str
    before: str
    after: str
    actor_kind: str
    actor_id: UUID | None
    actor_label: str
    undoes: UUID | None
    own: bool
    at: datetime

    @property
    def decides(self) -> bool:
        """Somebody has judged a comment. Taking a judgement back is none of its own."""
        return self.actor_kind in STAFF and Action(self.action) in ASKABLE and not self.own

    @property
    def flow(self) -> int:
        """What the act does to the number of pending comments."""
        return (self.after == Status.PENDING) - (self.before == Status.PENDING)


@dataclass(frozen=True)
class Found:
    """Of the arrivals that a check has spoken of: how many stand where."""

    code: str
    status: str
    count: int


@dataclass(frozen=True)
class Facts:
    """Arrivals and acts newest first. ``…_since``: from when on they are complete, later than the beginning of the
    window only where there were more than are read. ``pending`` may stop one above its cap.
    """

    arrivals: Sequence[Arrival]
    arrivals_since: datetime
    acts: Sequence[Act]
    acts_since: datetime
    findings: Sequence[Found]
    pending: int
    oldest: datetime | None
