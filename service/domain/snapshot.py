"""The published form of a thread: what readers get, and how it is cut into pages.

A page is a range over ``(root id, comment id)``. Ids are UUIDv7, so that order is the order of arrival: each
root with its replies after it. Pages are cut at 50 roots or 100 comments, and a discussion that fits on one
page is not torn apart.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from itertools import groupby
from math import ceil
from typing import Protocol, TypeVar
from uuid import UUID

MAX_ROOTS = 50
MAX_COMMENTS = 100
FIRST = UUID(int=0)

Key = tuple[UUID, UUID]


class Placed(Protocol):
    """A comment that can stand on a page. ``gone``: only its place is left."""

    @property
    def id(self) -> UUID: ...

    @property
    def root(self) -> UUID: ...

    @property
    def key(self) -> Key: ...

    @property
    def gone(self) -> bool: ...

    def to_data(self) -> dict[str, object]: ...


C = TypeVar("C", bound=Placed)


@dataclass(frozen=True)
class PublicComment:
    """Exactly what the public may know of a comment. There is no private field to forget here.

    One whose author withdrew or erased it keeps its place while something public answers it: its name, text, html and
    avatar are empty.
    """

    id: UUID
    parent: UUID | None
    root: UUID
    name: str
    website: str | None
    text: str
    html: str
    dir: str
    lang: str | None
    created_at: datetime
    edited_at: datetime | None
    staff: bool
    avatar: str

    @property
    def key(self) -> Key:
        return (self.root, self.id)

    @property
    def gone(self) -> bool:
        return self.avatar == ""

    def to_data(self) -> dict[str, object]:
        """The public fields, ready for JSON. ``root`` only orders and stays inside."""
        return {
            "id": str(self.id),
            "parent": str(self.parent) if self.parent else None,
            "name": self.name,
            "website": self.website,
            "text": self.text,
            "html": self.html,
            "dir": self.dir,
            "lang": self.lang,
            "created_at": timestamp(self.created_at),
            "edited_at": timestamp(self.edited_at) if self.edited_at else None,
            "staff": self.staff,
            "avatar": self.avatar,
        }


#: Of a comment in a page's content.
_FIELDS = {field.name for field in fields(PublicComment)} - {"root"}


def timestamp(moment: datetime) -> str:
    """RFC 3339, UTC, milliseconds: ``2026-11-25T14:05:09.123Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Stored:
    """A comment as it stands in a page's content: read only as far as a page is built by."""

    id: UUID
    root: UUID
    data: dict[str, object]

    @property
    def key(self) -> Key:
        return (self.root, self.id)

    @property
    def gone(self) -> bool:
        return self.data["avatar"] == ""

    def to_data(self) -> dict[str, object]:
        return self.data


def encode(comments: Iterable[Placed]) -> str:
    """The page's content: a JSON array in thread order."""
    return json.dumps([c.to_data() for c in comments], ensure_ascii=False, separators=(",", ":"))


def decode(content: str) -> list[Stored] | None:
    """What ``encode`` was given. ``None`` where it does not tell it all: the parent of a reply stands elsewhere
    or does not show, so that its root is not known, or it was written by a release that knew other fields.
    """
    roots: dict[str, UUID] = {}
    comments = []
    for data in json.loads(content):
        parent, own = data["parent"], UUID(data["id"])
        if data.keys() != _FIELDS or (parent and parent not in roots):
            return None
        root = roots[data["id"]] = roots[parent] if parent else own
        comments.append(Stored(own, root, data))
    return comments


def digest(content: str) -> str:
    """A short strong digest of a page's content, for ETags."""
    return hashlib.sha256(content.encode()).hexdigest()[:32]


def cut(comments: Sequence[C], *, last: bool) -> list[list[C]]:
    """The comments of one range as pages, in order.

    At the end of a thread pages are filled up, since more will follow; in the middle an overflowing page is
    halved, so that the next arrival there does not overflow again.
    """
    most_comments, most_roots = MAX_COMMENTS, MAX_ROOTS
    if not last:
        most_comments = _share(len(comments), MAX_COMMENTS)
        most_roots = _share(len({c.root for c in comments}), MAX_ROOTS)
    pages: list[list[C]] = [[]]
    roots = 0
    for _, members in groupby(comments, key=lambda c: c.root):
        group = list(members)
        tears = len(pages[-1]) + len(group) > most_comments and len(group) <= MAX_COMMENTS
        if pages[-1] and (tears or roots == most_roots):
            pages.append([])
            roots = 0
        roots += 1
        for comment in group:
            if len(pages[-1]) == MAX_COMMENTS:
                pages.append([])
                roots = 1
            pages[-1].append(comment)
    return pages


def _share(total: int, most: int) -> int:
    """How much each page takes when an overflow is shared out evenly."""
    return most if total <= most else ceil(total / ceil(total / most))
