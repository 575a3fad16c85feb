"""Whether anything that the public sees has changed: one small number for each thread, and one for the site."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Select, and_, bindparam, select
from sqlalchemy.orm import Session

from service.storage.base import filled_up
from service.storage.sites import Site
from service.storage.threads import Thread


@dataclass(frozen=True)
class Versions:
    """``site``: ``None`` for one there is not. ``threads``: by key, of those somebody has written in."""

    site: int | None
    threads: Mapping[str, int]

    def of(self, keys: Iterable[str]) -> tuple[int | None, ...]:
        """Equal for as long as what is made of these threads is."""
        return (self.site, *(self.threads.get(key) for key in keys))


def versions(session: Session, slug: str, keys: Iterable[str]) -> Versions:
    """Of a site and of the threads with these keys, in one statement."""
    rows = session.execute(_versions(), {"slug": slug, "keys": filled_up(keys)}).all()
    return Versions(rows[0].site if rows else None, {row.key: row.version for row in rows if row.key is not None})


@cache
def _versions() -> Select[int, str | None, int | None]:
    asked = and_(Thread.site_id == Site.id, Thread.key.in_(bindparam("keys", expanding=True)))
    return (
        select(Site.version.label("site"), Thread.key, Thread.version)
        .outerjoin(Thread, asked)
        .where(Site.slug == bindparam("slug"))
    )
