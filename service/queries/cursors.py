"""Cursors: where a page ended, opaque. A mark keeps one list's from being taken for another's."""

from __future__ import annotations

import base64
import binascii
from uuid import UUID

from service.domain.errors import MalformedError


def cursor_after(mark: bytes, last: UUID) -> str:
    return base64.urlsafe_b64encode(mark + last.bytes).rstrip(b"=").decode()


def read_cursor(mark: bytes, cursor: str | None) -> UUID | None:
    """The id of ``cursor_after``; ``MalformedError`` for what it has not made with this mark."""
    if cursor is None:
        return None
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        last = UUID(bytes=raw[1:])
    except (binascii.Error, ValueError):
        raise MalformedError("bad_cursor") from None
    if cursor_after(mark, last) != cursor:
        raise MalformedError("bad_cursor")
    return last
