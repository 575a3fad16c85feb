"""Addresses of the console that more than one page leads to."""

from __future__ import annotations

from urllib.parse import urlencode

from service.domain.desk import Ask


def queue_url(site: str, ask: Ask, **more: str | None) -> str:
    """The queue as it is asked. ``more``: a cursor, and what else stands in the address when it is not empty."""
    named = {"site": site, "view": ask.view, "sort": ask.sort, **ask.given(), **more}
    return f"/console/?{urlencode({name: value for name, value in named.items() if value})}"
