"""When a comment came is written in its id: the ids of a span of time are a range."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID


def first_id_at(moment: datetime) -> UUID:
    """The lowest UUIDv7 that ``moment`` or anything later can have (RFC 9562: milliseconds in the first 48 bits)."""
    return UUID(int=(int(moment.timestamp() * 1000) & (1 << 48) - 1) << 80)
