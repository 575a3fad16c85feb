"""Refold: what is kept of texts for comparing is made anew by this release's rules, a batch a transaction.

Until then older comments are found, and recognised as repeated, only where both rules agree. It can run beside the
service, be stopped, and be run again.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from service.domain.ports import Signer
from service.storage import revisions, search, sites
from service.storage.sites import Site
from service.storage.uow import Reader, Session, UnitOfWork
from service.usecases.judged_text import text_digest

#: Few enough that readers who send a comment meanwhile wait some hundredths of a second.
BATCH = 100


class RefoldTexts:
    def __init__(self, uow: UnitOfWork, reader: Reader, signer: Signer) -> None:
        self._uow, self._reader, self._signer = uow, reader, signer

    def waiting(self) -> int:
        """How many comments are kept by other rules."""
        return self._reader.run(
            lambda s: sum(search.count_folded_otherwise(s, site.id) for site in sites.list_all(s))
        )

    def distrust(self, slug: str) -> None:
        """Every comment of the site is to be made anew: its language was changed, and with it the letters that are one.
        ``NotFoundError`` for an unknown site.
        """
        self._uow.run(lambda session: search.distrust(session, sites.get_by_slug(session, slug).id))

    def refold(self) -> Iterator[int]:
        """Yields the size of each batch as it is committed, until nothing is left."""
        for site in self._reader.run(sites.list_all):
            size, after = self._batch(site.id, 0)
            while size:
                yield size
                size, after = self._batch(site.id, after)

    def _batch(self, site_id: UUID, after: int) -> tuple[int, int]:
        return self._uow.run(lambda session: self._fold(session, site_id, after))

    def _fold(self, session: Session, site_id: UUID, after: int) -> tuple[int, int]:
        """How many were made anew, and the last of them."""
        site = sites.get(session, site_id)
        rows = search.list_folded_otherwise(session, site_id, after, BATCH)
        latest = self._digest(session, site, [row.comment_id for row in rows])
        for row in rows:
            text, name = latest[row.comment_id]
            found = search.found_by(text, name, site.policy.language)
            search.put(session, site_id, row.comment_id, found, new=False)
        return len(rows), rows[-1].id if rows else after

    def _digest(self, session: Session, site: Site, comments: list[UUID]) -> dict[UUID, tuple[str, str]]:
        """Every text's mark is made anew; the latest text and name of each comment."""
        latest = {}
        for revision in revisions.list_of(session, site.id, comments):
            latest[revision.comment_id] = revision.source, revision.name
            if revision.text_digest is not None:
                revision.text_digest = text_digest(self._signer, site, revision.source)
        return latest
