"""A site's lists of hosts and of mail domains, as the desk and the command line show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from service.storage import host_lists

#: So many hosts are shown of a list.
SHOWN = 20


@dataclass(frozen=True)
class ListView:
    """``begins``: its first hosts, in the order of their keys."""

    id: UUID
    kind: str
    name: str
    action: str
    size: int
    set_by: str
    set_at: datetime
    begins: Sequence[str]


def site_lists(session: Session, site_id: UUID) -> Sequence[ListView]:
    """All of them, by kind and name."""
    return [
        ListView(
            id=found.id,
            kind=found.kind,
            name=found.name,
            action=found.action,
            size=found.size,
            set_by=found.set_by,
            set_at=found.set_at,
            begins=host_lists.hosts_of(session, site_id, found.id, SHOWN),
        )
        for found in host_lists.list_all(session, site_id)
    ]
