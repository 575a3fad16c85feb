"""The outbox: events promised in the transaction of the change itself. Nothing reads it yet but the operator."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.storage.base import Base, insert_rows
from service.storage.types import UtcDateTime


class OutboxMessage(Base):
    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_waiting",
            "available_at",
            "id",
            sqlite_where=text("delivered_at IS NULL"),
            postgresql_where=text("delivered_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    kind: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, object]] = mapped_column(JSON)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    available_at: Mapped[datetime] = mapped_column(UtcDateTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def put(
    session: Session,
    message_id: UUID,
    site_id: UUID,
    event: tuple[str, Mapping[str, object]],
    now: datetime,
    after: timedelta = timedelta(0),
) -> None:
    """Promises ``event``, which nobody is told of until so long ``after`` now."""
    kind, payload = event
    facts = {"id": message_id, "site_id": site_id, "kind": kind, "payload": dict(payload)}
    insert_rows(session, OutboxMessage(**facts, created_at=now, available_at=now + after))
