"""How Flask is asked for an answer that many get: as the whole, and by nobody in particular."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from service.queries.public_reader import Seen
from service.web.context import HOLDS_UNTIL, SEEN
from service.web.ready.addresses import Address
from service.web.ready.answer import OK, Answer, Header

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

#: What a request says about its reader, and what would make another answer of it than the whole.
_OWN = frozenset(
    f"HTTP_{name}"
    for name in (
        *("COOKIE", "AUTHORIZATION", "ACCEPT_ENCODING", "RANGE", "IF_RANGE"),
        *("IF_NONE_MATCH", "IF_MATCH", "IF_MODIFIED_SINCE", "IF_UNMODIFIED_SINCE"),
    )
)


def ask(
    app: WSGIApplication, address: Address, environ: WSGIEnvironment, seen: tuple[int | None, ...] | None = None
) -> tuple[Answer, datetime | None]:
    """The whole answer, as it is, and until when it holds; of this reader nothing gets into it but the language of an
    error. ``seen``: the versions it may be made of.
    """
    asked = {name: value for name, value in environ.items() if name not in _OWN}
    asked |= {"REQUEST_METHOD": "GET", "QUERY_STRING": address.query}
    if seen is not None and address.threads is not None:
        asked[SEEN] = Seen(address.slug, address.threads, seen)
    told: list[Any] = []

    def start_response(line: str, headers: list[Header], _error: object = None) -> Callable[[bytes], object]:
        told[:] = [line, headers]
        return lambda _data: None

    parts = app(asked, start_response)
    try:
        body = b"".join(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
    line, headers = told
    if line == OK:
        headers = [*headers, *_tagged(address)]
    return Answer(line, headers, body), asked.get(HOLDS_UNTIL)


def by_nobody(address: Address) -> WSGIEnvironment:
    """A request for it that no reader has sent."""
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": address.path,
        "QUERY_STRING": address.query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


def _tagged(address: Address) -> list[Header]:
    """As Cloudflare and Fastly want them; each takes its own away again."""
    return [("Cache-Tag", ",".join(address.tags)), ("Surrogate-Key", " ".join(address.tags))]
