"""Decisions: the append-only log, chained per subject.

Each row's ``hash`` covers its own facts and the hash of the subject's row before it, so that a row changed later,
or taken out from between two others, no longer fits; a missing last one shows in the subject's version. Triggers
refuse UPDATE and DELETE on both databases. No free text: an actor's printed label and codes, nothing a reader wrote.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, Row, Select, String, UniqueConstraint, bindparam, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.domain.errors import NotFoundError
from service.domain.moderation import REASONS, Action, ActorKind, Status
from service.domain.snapshot import timestamp
from service.storage.base import Base, ask, at_most, filled_up, insert_known
from service.storage.types import UtcDateTime, one_of

GENESIS = "0" * 64


class Decision(Base):
    """``version``/``revision`` are those judged; ``version_after`` is the version the change made."""

    __tablename__ = "decision"
    __table_args__ = (
        # The race itself: two decisions cannot both make the next version of one subject.
        UniqueConstraint("subject_id", "version_after"),
        UniqueConstraint("site_id", "client_id"),
        Index(None, "site_id", "id"),
        # What one moderator did, newest first.
        Index(None, "site_id", "actor_id", "id"),
        # The newest row of a batch, without reading the others; most decisions are of none.
        Index(
            "ix_decision_batch_id",
            "batch",
            "id",
            sqlite_where=text("batch IS NOT NULL"),
            postgresql_where=text("batch IS NOT NULL"),
        ),
        one_of("subject_kind", ("comment",), "subject_kind"),
        one_of("action", Action, "action"),
        one_of("from_status", Status, "from_status"),
        one_of("to_status", Status, "to_status"),
        one_of("actor_kind", ActorKind, "actor_kind"),
        one_of("reason", REASONS, "reason"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[UUID] = mapped_column()
    action: Mapped[str] = mapped_column(String(10))
    from_status: Mapped[str] = mapped_column(String(10))
    to_status: Mapped[str] = mapped_column(String(10))
    version: Mapped[int] = mapped_column(Integer)
    version_after: Mapped[int] = mapped_column(Integer)
    revision: Mapped[int] = mapped_column(Integer)
    published_before: Mapped[int | None] = mapped_column(Integer)
    published_after: Mapped[int | None] = mapped_column(Integer)
    actor_kind: Mapped[str] = mapped_column(String(10))
    actor_id: Mapped[UUID | None] = mapped_column()
    actor_label: Mapped[str] = mapped_column(String(100))
    reason: Mapped[str | None] = mapped_column(String(20))
    batch: Mapped[UUID | None] = mapped_column()
    client_id: Mapped[str | None] = mapped_column(String(64))
    undoes: Mapped[UUID | None] = mapped_column(ForeignKey("decision.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


#: The facts a hash covers, in this order; all of them but the hash itself.
HASHED = tuple(c.key for c in Decision.__table__.columns if c.key != "hash")


def facts_of(decision: Decision | Row[Any]) -> dict[str, object]:
    """The row's facts by name as JSON knows them, in the order of ``HASHED``."""
    return {name: _plain(getattr(decision, name)) for name in HASHED}


def chain_hash(decision: Decision | Row[Any]) -> str:
    """SHA-256 over the row's facts as canonical JSON, ``prev_hash`` among them."""
    facts = list(facts_of(decision).values())
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def append(session: Session, decision: Decision) -> Decision:
    """Adds ``decision`` to its subject's chain. The subject's row is locked by the caller."""
    last = ask(session, _last_hash(), {"site": decision.site_id, "subject": decision.subject_id}).scalar()
    decision.prev_hash = last or GENESIS
    decision.hash = chain_hash(decision)
    return insert_known(session, decision)


@cache
def _last_hash() -> Select[str]:
    return (
        select(Decision.hash)
        .where(Decision.site_id == bindparam("site"), Decision.subject_id == bindparam("subject"))
        .order_by(Decision.version_after.desc())
        .limit(at_most(1))
    )


def find_last(session: Session, site_id: UUID, subject_id: UUID) -> Decision | None:
    return session.scalar(
        select(Decision)
        .where(Decision.site_id == site_id, Decision.subject_id == subject_id)
        .order_by(Decision.version_after.desc())
        .limit(at_most(1))
    )


def get(session: Session, site_id: UUID, decision_id: UUID) -> Decision:
    """The decision, or ``NotFoundError``."""
    found = session.scalar(select(Decision).where(Decision.site_id == site_id, Decision.id == decision_id))
    if found is None:
        raise NotFoundError("decision_not_found")
    return found


def find_by_client_ids(session: Session, site_id: UUID, client_ids: Sequence[str]) -> dict[str, Decision]:
    if not client_ids:
        return {}
    rows = session.scalars(_by_client_ids(), {"site": site_id, "ids": filled_up(client_ids)})
    return {d.client_id: d for d in rows if d.client_id}


@cache
def _by_client_ids() -> Select[Decision]:
    of_these = Decision.client_id.in_(bindparam("ids", expanding=True))
    return select(Decision).where(Decision.site_id == bindparam("site"), of_these)


def list_for(session: Session, site_id: UUID, subject_id: UUID) -> Sequence[Decision]:
    """The subject's chain, oldest first."""
    return session.scalars(
        select(Decision)
        .where(Decision.site_id == site_id, Decision.subject_id == subject_id)
        .order_by(Decision.version_after)
    ).all()


def list_batch(session: Session, site_id: UUID, batch: UUID) -> Sequence[Decision]:
    """What was decided together, in order."""
    return session.scalars(
        select(Decision).where(Decision.site_id == site_id, Decision.batch == batch).order_by(Decision.id)
    ).all()


def _plain(value: object) -> object:
    if isinstance(value, UUID):
        return str(value)
    return timestamp(value) if isinstance(value, datetime) else value
