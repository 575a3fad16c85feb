"""What of a view is being read: by colleagues, and by the moderator who asks."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from service.domain.desk import WORKING_VIEWS, Ask
from service.queries import queue
from service.storage import leases


@dataclass(frozen=True)
class Leased:
    """``held``: who reads which comment of the view. ``mine`` are the leases of who asks, of this view or another.
    ``steers``: whether leases are of use here at all.
    """

    held: Mapping[UUID, str] = field(default_factory=dict)
    mine: Set[UUID] = frozenset()
    steers: bool = False


def leased_in(session: Session, site_id: UUID, ask: Ask, moderator_id: UUID, now: datetime) -> Leased:
    """Nothing where nobody is waited for: in a search, and in the views of what is done."""
    if ask.view not in WORKING_VIEWS or ask.search or ask.author:
        return Leased()
    live = leases.list_live(session, site_id, now)
    mine = {lease.comment_id for lease, _ in live if lease.moderator_id == moderator_id}
    others = {lease.comment_id: name for lease, name in live if lease.moderator_id != moderator_id}
    # What a colleague has decided meanwhile is no longer in the view, though the lease may live on for a while.
    still = queue.among(session, site_id, ask, list(others)) if others else set()
    return Leased({comment: name for comment, name in others.items() if comment in still}, mine, steers=True)
