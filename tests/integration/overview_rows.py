"""Many comments at once, written past the doors, with the rows the product writes for each."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from service.gateways.clock import Uuid7
from service.storage.authors import Author
from service.storage.comments import Comment
from service.storage.decisions import Decision
from service.storage.engine import write_engine
from service.storage.findings import Finding
from service.storage.revisions import Revision
from tests.newsroom import Newsroom


class Loader:
    """``load``: so many comments, evenly from ``start`` to before ``end``; nine of ten are approved as they come."""

    def __init__(self, room: Newsroom) -> None:
        self.room, self.new_id = room, Uuid7()
        self.engine = write_engine(room.container.settings.database_url)

    def load(self, site: UUID, number: int, start: datetime, end: datetime) -> None:
        thread = self.room.container.manage_sites.put_thread(site, "a", {"title": "x"}).id
        step, author = (end - start) / number, self.new_id(start)
        rows: dict[Any, list[dict[str, Any]]] = {Comment: [], Revision: [], Finding: [], Decision: []}
        for place in range(number):
            self._add(rows, site, thread, author, start + place * step, waits=place % 10 == 0)
        with self.engine.begin() as connection:
            person = {"id": author, "site_id": site, "avatar": author.hex, "proof": "none", "created_at": start}
            connection.execute(insert(Author), [person])
            for kind, values in rows.items():
                connection.execute(insert(kind), values)

    def _add(self, rows: Any, site: UUID, thread: UUID, author: UUID, at: datetime, *, waits: bool) -> None:
        comment, status = self.new_id(at), "pending" if waits else "approved"
        rows[Comment].append({
            "id": comment, "site_id": site, "thread_id": thread, "root_id": comment, "author_id": author,
            "status": status, "version": 1, "latest_revision": 1, "receipt_generation": 0, "created_at": at,
        })
        rows[Revision].append({
            "comment_id": comment, "number": 1, "site_id": site, "name": "x", "source": "x" * 200, "html": "x",
            "sanitiser_version": 1, "direction": "ltr", "created_at": at,
        })
        rows[Finding].append({
            "id": self.new_id(at), "site_id": site, "comment_id": comment, "revision": 1, "code": "premoderation",
            "rule": "x", "check_version": 1, "spans": [],
        })
        if not waits:
            rows[Decision].append({
                "id": self.new_id(at), "site_id": site, "subject_kind": "comment", "subject_id": comment,
                "action": "approve", "from_status": "pending", "to_status": "approved", "version": 1,
                "version_after": 2, "revision": 1, "actor_kind": "moderator", "actor_id": self.room.moderator.id,
                "actor_label": "x", "at": at, "prev_hash": "0" * 64, "hash": "0" * 64,
            })

    def plans(self, statements: list[tuple[str, Any]]) -> str:
        word = "EXPLAIN" if self.engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        with self.engine.begin() as connection:
            found = [
                str(row)
                for statement, values in statements
                for row in connection.exec_driver_sql(f"{word} {statement}", values).all()
            ]
        return "\n".join(found)
