"""Addresses of the console that more than one page leads to."""

from __future__ import annotations

from urllib.parse import urlencode

from service.domain.desk import Ask


def queue_url(site: str, ask: Ask, cursor: str | None = None) -> str:
    """The queue as it is asked."""
    named = {"site": site, "view": ask.view, **({"sort": ask.sort} if ask.sort else {}), **ask.given()}
    return f"/console/?{urlencode({**named, **({'cursor': cursor} if cursor else {})})}"
