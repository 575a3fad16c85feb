"""One digest over the heads of all chains of a site: a line to keep where nobody who can change the log can reach.

A chain that was rewritten from some row on, hashes and all, fits again, but its head is another. The digest covers
decisions up to the id it names, so the same line can be computed again whatever was decided since.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from service.domain.ids import first_id_at
from service.storage.decisions import Decision
from service.storage.uow import Reader

BATCH = 5_000
_LINE = re.compile(
    r"taliq-heads-1 site=([a-z0-9-]{1,64}) decisions=(\d{1,18}) heads=(\d{1,18})"
    r" newest=([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) sha256=([0-9a-f]{64})"
)


@dataclass(frozen=True)
class Heads:
    """``decisions`` of a site up to the id ``newest``, in ``heads`` chains; ``sha256`` over the last hash of each in
    the order of the subjects.
    """

    site: str
    decisions: int
    heads: int
    newest: UUID
    sha256: str

    def line(self) -> str:
        facts = f"decisions={self.decisions} heads={self.heads} newest={self.newest} sha256={self.sha256}"
        return f"taliq-heads-1 site={self.site} {facts}"


def read_line(line: str) -> Heads | None:
    """What ``Heads.line`` has written; ``None`` for anything else."""
    found = _LINE.fullmatch(line.strip())
    return Heads(found[1], int(found[2]), int(found[3]), UUID(found[4]), found[5]) if found else None


def newest_before(session: Session, site_id: UUID, moment: datetime) -> UUID:
    """The site's newest decision made before ``moment``; all zeros when there is none."""
    found = session.scalar(
        select(Decision.id)
        .where(Decision.site_id == site_id, Decision.id < first_id_at(moment))
        .order_by(Decision.id.desc())
        .limit(1)
    )
    return found or UUID(int=0)


def heads_of(reader: Reader, sites: Mapping[UUID, tuple[str, UUID]]) -> list[Heads]:
    """The heads of some sites, each given with its name and newest decision, in one walk over the log."""
    sums = {site: _Sum() for site in sites}
    head: Any = None
    for row in _walk(reader):
        if row.site_id not in sites or row.id > sites[row.site_id][1]:
            continue
        if head is not None and head.subject_id != row.subject_id:
            _add(sums, head)
        head = row
        sums[row.site_id].decisions += 1
    if head is not None:
        _add(sums, head)
    return [
        Heads(name, sums[site].decisions, sums[site].heads, newest, sums[site].digest.hexdigest())
        for site, (name, newest) in sites.items()
    ]


class _Sum:
    def __init__(self) -> None:
        self.decisions = self.heads = 0
        self.digest = hashlib.sha256()


def _add(sums: Mapping[UUID, _Sum], head: Any) -> None:
    """The last row of a chain to the sum of its site."""
    sums[head.site_id].heads += 1
    sums[head.site_id].digest.update(f"{head.subject_id} {head.hash}\n".encode())


def _walk(reader: Reader) -> Iterator[Any]:
    key = (UUID(int=0), 0)
    while rows := reader.run(lambda session, after=key: _chained(session, after)):  # type: ignore[misc]
        yield from rows
        key = (rows[-1].subject_id, rows[-1].version_after)


def _chained(session: Session, after: tuple[UUID, int]) -> Sequence[Any]:
    """Rows of all sites in the order of their chains; the index that serves this order knows no site."""
    return session.execute(
        select(Decision.subject_id, Decision.version_after, Decision.site_id, Decision.id, Decision.hash)
        .where(tuple_(Decision.subject_id, Decision.version_after) > tuple_(*after))
        .order_by(Decision.subject_id, Decision.version_after)
        .limit(BATCH)
    ).all()
