"""All decisions as one ordered stream, to be kept or read elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.ids import SETTLED, first_id_at
from service.queries.cursors import cursor_after, read_cursor
from service.storage.decisions import Decision, facts_of
from service.storage.uow import Reader

BATCH = 1_000
_MARK = b"l"


@dataclass(frozen=True)
class LogPage:
    """``next`` leads on from the last row, also when there is no more yet; ``None`` only while nothing was decided."""

    rows: Sequence[Mapping[str, object]]
    next: str | None


def log_page(session: Session, site_id: UUID, cursor: str | None, now: datetime, limit: int) -> LogPage:
    """A site's decisions by id from where ``cursor`` points, up to ``SETTLED`` before ``now``: none comes in later
    behind it.
    """
    after = read_cursor(_MARK, cursor)
    asked = select(Decision).where(Decision.site_id == site_id, Decision.id < first_id_at(now - SETTLED))
    if after:
        asked = asked.where(Decision.id > after)
    rows = session.scalars(asked.order_by(Decision.id).limit(limit)).all()
    following = cursor_after(_MARK, rows[-1].id) if rows else cursor
    return LogPage([{**facts_of(row), "hash": row.hash} for row in rows], following)


def stream(reader: Reader, names: dict[UUID, str], since: datetime | None) -> Iterator[dict[str, object]]:
    """The decisions of the sites in ``names`` by id, each with its site's name, the facts its hash covers, in that
    order, and the hash: whoever has the stream can compute the chains again. Codes, ids and the names of staff; nothing
    a reader wrote, no address.
    """
    after = UUID(int=first_id_at(since).int - 1) if since else UUID(int=0)
    one = next(iter(names)) if len(names) == 1 else None
    while rows := reader.run(lambda session, last=after: _after(session, one, last)):  # type: ignore[misc]
        for row in rows:
            if row.site_id in names:
                yield {"site": names[row.site_id], **facts_of(row), "hash": row.hash}
        after = rows[-1].id


def _after(session: Session, site_id: UUID | None, last: UUID) -> Sequence[Decision]:
    """Of one site by its index, of all by the primary key."""
    asked = select(Decision).where(Decision.id > last).order_by(Decision.id).limit(BATCH)
    return session.scalars(asked.where(Decision.site_id == site_id) if site_id else asked).all()
