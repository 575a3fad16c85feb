"""What a request for published comments asks for, read off its address before anything else looks at it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qsl, urlencode

from service.domain.cache_tags import feed_tag, site_tag, thread_tag
from service.domain.threads import thread_key
from service.web.public.query import LONGEST, MAX_THREADS

_PATH = re.compile(r"/v1/sites/([a-z0-9-]{1,64})/(comments|comments\.html|counts|feed)")
#: The parameters each of them knows. Whatever else stands in an address makes no other answer.
_KNOWN: Mapping[str, frozenset[str]] = {
    "comments": frozenset({"thread", "order", "cursor", "comment", "lang"}),
    "comments.html": frozenset({"thread", "order", "cursor", "comment", "lang"}),
    "counts": frozenset({"thread", "lang"}),
    "feed": frozenset({"thread", "url", "lang"}),
}


@dataclass(frozen=True)
class Address:
    """``query``: in the one spelling that stands for all that mean the same. ``threads``: the keys of the threads the
    answer is made of; ``None`` where it is made of the whole site.
    """

    path: str
    query: str
    slug: str
    threads: tuple[str, ...] | None

    @cached_property
    def key(self) -> str:
        return f"{self.path}?{self.query}"

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """By what a shared cache is told to let go of it."""
        if self.threads is None:
            return site_tag(self.slug), feed_tag(self.slug)
        return (site_tag(self.slug), *(thread_tag(self.slug, key) for key in self.threads))


def address_of(path: str, query: str) -> Address | None:
    """``path`` as WSGI has it, ``query`` as it was sent. ``None`` for an address of anything else."""
    found = _PATH.fullmatch(path)
    if found is None or len(query) > LONGEST:
        return None
    slug, view = found.groups()
    known = _KNOWN[view]
    # Of one name the order counts: it is the order of an answer.
    given = sorted(
        ((name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name in known),
        key=lambda pair: pair[0],
    )
    return Address(path, urlencode(given), slug, _threads(view, given))


def _threads(view: str, given: list[tuple[str, str]]) -> tuple[str, ...] | None:
    """Of whose versions the answer is made. What is no thread's key is refused by the view; here it only counts."""
    named = [value for name, value in given if name == "thread"]
    if view == "counts":
        return tuple(dict.fromkeys(thread_key(value, None) for value in named[: MAX_THREADS + 1]))
    url = next((value for name, value in given if name == "url"), None) if view == "feed" else None
    if view == "feed" and not named and not url:
        return None
    return (thread_key(named[0] if named else None, url),)
