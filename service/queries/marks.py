"""Where a page of the queue ended, as the text that a client hands back. Opaque to it."""

from __future__ import annotations

import base64
import binascii
import struct
from dataclasses import dataclass
from uuid import UUID

from service.domain.desk import SORTS, VIEWS, Ask
from service.domain.errors import MalformedError

NOWHERE = UUID(int=0)


@dataclass(frozen=True)
class Mark:
    """The last comment that was looked at: its rank and id or, for a search, the number of its search row."""

    rank: int = 0
    id: UUID = NOWHERE
    row: int = 0


def write(ask: Ask, mark: Mark) -> str:
    return base64.urlsafe_b64encode(_kind(ask) + _packed(ask, mark)).rstrip(b"=").decode()


def read(cursor: str | None, ask: Ask) -> Mark | None:
    """The mark; ``MalformedError`` for the cursor of another view or order, which would skip comments silently."""
    if not cursor:
        return None
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        if raw[:2] == _kind(ask):
            mark = Mark(row=struct.unpack(">Q", raw[2:])[0]) if ask.search or ask.author else _unpacked(raw[2:])
            if write(ask, mark) == cursor:
                return mark
    except (binascii.Error, ValueError, struct.error):
        pass
    raise MalformedError("bad_cursor")


def _kind(ask: Ask) -> bytes:
    searched = bool(ask.search or ask.author)
    return bytes([VIEWS.index(ask.view), SORTS.index(ask.order) + (len(SORTS) if searched else 0)])


def _packed(ask: Ask, mark: Mark) -> bytes:
    if ask.search or ask.author:
        return struct.pack(">Q", mark.row)
    return struct.pack(">H", mark.rank) + mark.id.bytes


def _unpacked(raw: bytes) -> Mark:
    return Mark(rank=struct.unpack(">H", raw[:2])[0], id=UUID(bytes=raw[2:]))
