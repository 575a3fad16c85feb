"""Ready HTML from the comment service, fetched by the newspaper's own server.

A reader's page never waits long for it and never fails with it: whatever goes wrong yields no fragment.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Mapping
from http.client import HTTPException
from threading import Lock
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

#: Seconds for both fragments of a page together.
TIMEOUT = 3.0
#: Bytes; what is longer is refused, not cut.
MAX_SIZE = 1_000_000
_KEPT_PAGES = 64
_ASKED_WRONGLY = (400, 404, 422)


class Deadline:
    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left; ``TimeoutError`` when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class Fragments:
    """Fragments of one site's threads; ``base`` is the site's address in the service, seen from here."""

    def __init__(self, base: str) -> None:
        self._base = base
        # Addressed directly: a proxy set for the machine is meant for the world outside.
        self._open = build_opener(ProxyHandler({})).open
        self._kept: OrderedDict[str, tuple[str, str]] = OrderedDict()
        self._lock = Lock()

    def discussion(
        self, thread: Mapping[str, str], asked: Mapping[str, str], deadline: Deadline
    ) -> str | None:
        """The list of comments. It is kept and asked for again with its ETag: never an old one."""
        return self._fragment("comments.html", "taliq-thread", thread, asked, deadline)

    def form(self, thread: Mapping[str, str], asked: Mapping[str, str], deadline: Deadline) -> str | None:
        """A fresh form. Never kept: it holds a submission id that belongs to one reader."""
        return self._fragment("form", "taliq-form", thread, asked, deadline)

    def _fragment(
        self, name: str, section: str, thread: Mapping[str, str], asked: Mapping[str, str], deadline: Deadline
    ) -> str | None:
        url = f"{self._base}/{name}?{urlencode({**thread, **asked})}"
        try:
            html = self._fetch(url, deadline, keep=name != "form")
            return html if section in html else None
        except HTTPError as refused:
            refused.close()
            # A stale link asks for a page or a parent that is gone: the reader gets the plain thread.
            if asked and refused.code in _ASKED_WRONGLY:
                return self._fragment(name, section, thread, {}, deadline)
            return None
        except (OSError, HTTPException, ValueError):
            return None

    def _fetch(self, url: str, deadline: Deadline, *, keep: bool) -> str:
        kept = self._recall(url) if keep else None
        request = Request(url, headers={"Accept": "text/html"})  # noqa: S310 - create_site lets only http(s) in
        if kept:
            request.add_header("If-None-Match", kept[0])
        try:
            with self._open(request, timeout=deadline.left()) as answer:
                if answer.headers.get_content_type() != "text/html":
                    raise ValueError("not HTML")
                html = _read(answer, deadline).decode("utf-8")
                if keep and answer.headers["ETag"]:
                    self._remember(url, answer.headers["ETag"], html)
                return html
        except HTTPError as unchanged:
            if kept is None or unchanged.code != 304:
                raise
            unchanged.close()
            return kept[1]

    def _recall(self, url: str) -> tuple[str, str] | None:
        with self._lock:
            return self._kept.get(url)

    def _remember(self, url: str, etag: str, html: str) -> None:
        with self._lock:
            self._kept[url] = (etag, html)
            self._kept.move_to_end(url)
            while len(self._kept) > _KEPT_PAGES:
                self._kept.popitem(last=False)


def _read(answer: object, deadline: Deadline) -> bytes:
    """The whole body, in time and in size; a service that drips byte by byte is a service that is down."""
    body = b""
    while chunk := answer.read1(65_536):  # type: ignore[attr-defined]
        body += chunk
        if len(body) > MAX_SIZE:
            raise ValueError("too long")
        deadline.left()
    return body
