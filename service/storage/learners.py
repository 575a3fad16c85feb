"""What each site's model has learnt, as it was stored last, and which worker keeps it up to date."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Integer, LargeBinary, Select, bindparam, func, select
from sqlalchemy.orm import Mapped, Session, defer, mapped_column

from service.storage.base import Base, ask
from service.storage.comments import Comment
from service.storage.decisions import Decision
from service.storage.revisions import Revision
from service.storage.submissions import one_at_a_time
from service.storage.types import UtcDateTime


class StoredLearner(Base):
    """``data`` is a packed learner, empty before the first is stored; ``version`` counts how often one was.

    It knows every decision of the site up to ``position``, and those of ``ahead`` behind it. ``holder`` has it in hand
    until ``held_until``: a worker's random id.
    """

    __tablename__ = "learner"

    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    stats: Mapped[dict[str, int]] = mapped_column(JSON)
    position: Mapped[UUID | None] = mapped_column()
    ahead: Mapped[list[str]] = mapped_column(JSON)
    stored_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    holder: Mapped[UUID | None] = mapped_column()
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class Place:
    position: UUID | None = None
    ahead: tuple[UUID, ...] = ()


def lock(session: Session, site_id: UUID) -> StoredLearner:
    """The site's, made when there is none, without its data; nobody else has it until the transaction ends."""
    one_at_a_time(session, b"l" + site_id.bytes[9:])
    found = session.scalar(
        select(StoredLearner).where(StoredLearner.site_id == site_id).options(defer(StoredLearner.data))
    )
    if found is None:
        found = StoredLearner(site_id=site_id, version=0, data=b"", stats={}, ahead=[])
        session.add(found)
        session.flush()
    return found


def find(session: Session, site_id: UUID) -> StoredLearner | None:
    """With its data."""
    return session.scalar(select(StoredLearner).where(StoredLearner.site_id == site_id))


def find_place(session: Session, site_id: UUID) -> Place:
    """How far what is stored has come."""
    row = session.execute(
        select(StoredLearner.position, StoredLearner.ahead).where(StoredLearner.site_id == site_id)
    ).first()
    return Place(row[0], tuple(map(UUID, row[1]))) if row else Place()


def find_version(session: Session, site_id: UUID) -> int:
    """Of what is stored; 0 when nothing is."""
    return ask(session, _version(), {"site": site_id}).scalar() or 0


@cache
def _version() -> Select[int]:
    return select(StoredLearner.version).where(StoredLearner.site_id == bindparam("site"))


def list_new(
    session: Session, site_id: UUID, position: UUID | None, ahead: Collection[UUID], limit: int
) -> Sequence[Decision]:
    """The oldest decisions behind ``position`` that are not among ``ahead``, by id."""
    asked = select(Decision).where(Decision.site_id == site_id)
    if position is not None:
        asked = asked.where(Decision.id > position)
    rows = session.scalars(asked.order_by(Decision.id).limit(limit + len(ahead)))
    return [row for row in rows if row.id not in ahead][:limit]


def list_chains(session: Session, site_id: UUID, subjects: Collection[UUID]) -> dict[UUID, list[Decision]]:
    """All decisions of these comments, oldest first."""
    chains: dict[UUID, list[Decision]] = {}
    for row in session.scalars(
        select(Decision)
        .where(Decision.site_id == site_id, Decision.subject_id.in_(subjects))
        .order_by(Decision.subject_id, Decision.version_after)
    ):
        chains.setdefault(row.subject_id, []).append(row)
    return chains


def list_texts(session: Session, site_id: UUID, comments: Collection[UUID]) -> dict[tuple[UUID, int], str]:
    """What readers have written in these comments, by comment and number of the text; nothing the staff has."""
    rows = session.execute(
        select(Revision.comment_id, Revision.number, Revision.source)
        .join(Comment, Comment.id == Revision.comment_id)
        .where(Revision.site_id == site_id, Revision.comment_id.in_(comments), Comment.staff_id.is_(None))
    )
    return {(comment, number): source for comment, number, source in rows}


def batch_sizes(session: Session, site_id: UUID, batches: Collection[UUID]) -> dict[UUID, int]:
    """How many were decided together."""
    rows = session.execute(
        select(Decision.batch, func.count())
        .where(Decision.site_id == site_id, Decision.batch.in_(batches))
        .group_by(Decision.batch)
    )
    return {batch: count for batch, count in rows if batch is not None}
