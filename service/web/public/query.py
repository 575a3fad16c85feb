"""Query parameters of public addresses, read strictly: once, known values, within limits."""

from __future__ import annotations

from collections.abc import Sequence

from flask import request

from service.domain.errors import MalformedError
from service.domain.submission import LIMITS
from service.domain.threads import thread_key
from service.text.clean import length

MAX_THREADS = 100
#: Bytes of a query. A hundred threads by their addresses fit; the answer to what is longer is neither kept ready nor
#: named for shared caches.
LONGEST = 16_384


def one(name: str, *, limit: int = LIMITS["url"]) -> str | None:
    """The value of a parameter given at most once; empty counts as not given."""
    values = request.args.getlist(name)
    if len(values) > 1 or any(length(v) > limit for v in values):
        raise MalformedError("bad_parameter", public={"parameter": name})
    return values[0] if values and values[0] else None


def one_of(name: str, allowed: Sequence[str], otherwise: str) -> str:
    value = one(name)
    if value is not None and value not in allowed:
        raise MalformedError("bad_parameter", public={"parameter": name})
    return value or otherwise


def known_thread(url: str | None = None) -> str:
    """The key of the thread asked for; of its address where that may stand in for the key."""
    given = one("thread")
    key = thread_key(given, url) if given or url else ""
    if not 0 < length(key) <= LIMITS["thread"]:
        raise MalformedError("bad_parameter", public={"parameter": "thread"})
    return key


def known_threads() -> list[tuple[str, str]]:
    """The threads asked for, as given and as known, in order."""
    given = request.args.getlist("thread")
    if not given or any(not v or length(v) > LIMITS["url"] for v in given):
        raise MalformedError("bad_parameter", public={"parameter": "thread"})
    if len(given) > MAX_THREADS:
        raise MalformedError("too_many_threads", public={"limit": MAX_THREADS})
    return [(v, thread_key(v, None)) for v in dict.fromkeys(given)]
