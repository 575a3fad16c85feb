"""Whether anybody still looks after a discussion."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import Select, bindparam, func, literal, select
from sqlalchemy.orm import Session

from service.domain.ids import first_id_at
from service.domain.moderation import Status
from service.storage.comments import Comment


def newest_by_hand(session: Session, site_id: UUID, thread_id: UUID, since: datetime) -> datetime | None:
    """When the newest public comment of the thread that a moderator has approved was sent, if after ``since``."""
    return session.scalar(_newest(), {"site": site_id, "thread": thread_id, "since": first_id_at(since)})


@cache
def _newest() -> Select[datetime]:
    return select(func.max(Comment.created_at)).where(
        Comment.site_id == bindparam("site"),
        Comment.thread_id == bindparam("thread"),
        Comment.id >= bindparam("since"),
        Comment.status == literal(Status.APPROVED.value, literal_execute=True),
        Comment.moderated_by.is_not(None),
    )
