"""Which thread a request means."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from service.text.clean import clean_line, length
from service.text.urls import canonical_url

MAX_KEY = 200
STATES = ("open", "closed")


def thread_key(key: str | None, url: str | None) -> str:
    """The thread's key: the publisher's own, or else the article's canonical address. ``""`` when neither is given.

    A key that is itself an address is brought to its canonical spelling too, so that one article fetched by
    its raw, percent-encoded or ``&amp;`` address is one thread. An address longer than a key may be is
    replaced by its digest. A publisher's own key is never shortened: it may come back longer than ``MAX_KEY``,
    and the caller refuses it.
    """
    typed = clean_line(key or "")
    if typed:
        address = canonical_url(typed) if typed.lower().startswith(("http://", "https://")) else None
        return _fitting(address) if address else typed
    address = canonical_url(url) if url else None
    return _fitting(address) if address else ""


def closes_at(opened_at: datetime, close_days: int) -> datetime | None:
    """When a thread takes no more comments by itself; ``None`` for never. ``opened_at``: since when it does."""
    return opened_at + timedelta(days=close_days) if close_days else None


def state_at(state: str, closes_at: datetime | None, now: datetime) -> str:
    """Open or closed, by hand or by itself."""
    return STATES[1] if closes_at and now >= closes_at else state


def _fitting(address: str) -> str:
    if length(address) <= MAX_KEY:
        return address
    return "url-sha256:" + hashlib.sha256(address.encode()).hexdigest()
