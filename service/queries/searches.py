"""The searches that a moderator has kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from service.domain.desk import Ask, ask_from
from service.storage import searches


@dataclass(frozen=True)
class KeptSearchView:
    id: UUID
    name: str
    ask: Ask


def kept_searches(session: Session, site_id: UUID, moderator_id: UUID) -> Sequence[KeptSearchView]:
    """By name. One that asks for what there is no more has lost that part."""
    rows = searches.list_of(session, site_id, moderator_id)
    return [KeptSearchView(row.id, row.name, ask_from(row.asked)) for row in rows]
