"""An answer that is ready: its bytes as they are and packed, and the headers of each, made once."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from threading import Lock

import brotli
from werkzeug.datastructures import Headers
from werkzeug.http import parse_accept_header, parse_etags

Header = tuple[str, str]
StartResponse = Callable[[str, list[Header]], object]

#: By the name of an encoding, what packs; the first that a client takes is what it gets.
_PACKERS: Mapping[str, Callable[[bytes], bytes]] = {
    # Quality 5 takes about as long as gzip's level 5 and leaves a fifth less; 11 takes a hundred times as long.
    "br": lambda data: brotli.compress(data, quality=5),
    # No time in it: the same bytes for the same answer.
    "gzip": lambda data: gzip.compress(data, 5, mtime=0),
}
_ENCODINGS = ("", *_PACKERS)
#: Bytes. What is shorter fits into the same packet either way.
MIN_SIZE = 512
#: What one answer takes in memory beside its bytes, about.
OVERHEAD = 4_096
#: Characters of a header that is remembered with what it means.
_USUAL = 100
#: Of these a 304 is told nothing: they are about the bytes, which stay away, or said with those already.
_NOT_AGAIN = frozenset(
    ["content-type", "content-length", "content-encoding", "content-security-policy", "x-content-type-options"]
)
#: Sent by the shipped nginx. It compares whole seconds: what it is given to keep until this one it sends until that is
#: over, and "for a second" would be until the end of the next.
PROXY_KEEPS = "HTTP_X_PROXY_KEEPS"
BRIEFLY = "public, max-age=0, s-maxage=1, must-revalidate"
OK, NOT_MODIFIED = "200 OK", "304 NOT MODIFIED"
_NOTHING = [b""]
#: Headers, and the body in one piece.
_Form = tuple[list[Header], list[bytes]]


class Answer:
    """Whole and public: what ``status_line`` and ``headers`` say, with ``body``. It packs itself when first asked to.

    Each encoding has a tag of its own, since its bytes are others; whichever the client has is answered with 304.
    """

    def __init__(self, status_line: str, headers: Iterable[Header], body: bytes) -> None:
        # A refusal says in its text which request was refused; what many get is none's own.
        given = Headers(list(headers))
        tag = given.get("ETag", "").strip('"')
        for name in ("ETag", "Content-Length", *(["X-Request-ID"] if status_line == OK else [])):
            given.remove(name)
        self.status_line, self._common = status_line, tuple(_shared(*header) for header in given)
        self._packs = status_line == OK and len(body) >= MIN_SIZE
        self._tags = {encoding: f'"{tag}-{encoding}"' if encoding else f'"{tag}"' for encoding in _ENCODINGS if tag}
        self._unchanged: dict[str, list[Header]] = {}
        self._forms = {"": self._form("", body)}
        self._packing = Lock()
        #: Bytes, as if all its forms were made: packed, a page is a fifth as long or less.
        self.size = OVERHEAD + int(len(body) * (1.4 if self._packs else 1))

    def respond(
        self, environ: Mapping[str, object], start_response: StartResponse, second: int, *, known: bool
    ) -> list[bytes]:
        """The body for WSGI; nothing of it where the client has it already, or asks for the headers only. ``second``:
        of the clock, in which it holds. ``known``: whether it is known to; else no shared cache keeps it for longer
        than that, whatever the site's policy.
        """
        encoding = _accepted(str(environ.get("HTTP_ACCEPT_ENCODING", ""))) if self._packs else ""
        has = environ.get("HTTP_IF_NONE_MATCH")
        if has and (same := self._same(str(has), encoding)) is not None:
            headers = self._unchanged.get(same) or self._say_unchanged(same)
            start_response(NOT_MODIFIED, _kept_by(environ, headers, second, known))
            return _NOTHING
        headers, body = self._forms.get(encoding) or self._pack(encoding)
        if self.status_line == OK:
            headers = _kept_by(environ, headers, second, known)
        start_response(self.status_line, headers)
        return body if environ["REQUEST_METHOD"] != "HEAD" else _NOTHING

    def _same(self, known: str, encoding: str) -> str | None:
        """The encoding in which the client has the answer, of those it may have got."""
        own = self._tags.get(encoding)
        if known == own:
            return encoding
        named = parse_etags(known)
        tags = {e: self._tags[e].strip('"') for e in (encoding, *self._tags)} if self._tags else {}
        return next((e for e, tag in tags.items() if named.contains_weak(tag)), None)

    def _say_unchanged(self, encoding: str) -> list[Header]:
        again = [header for header in self._common if header[0].lower() not in _NOT_AGAIN]
        self._unchanged[encoding] = [*again, ("ETag", self._tags[encoding])]
        return self._unchanged[encoding]

    def _pack(self, encoding: str) -> _Form:
        with self._packing:
            if encoding not in self._forms:
                packed = _PACKERS[encoding](self._forms[""][1][0])
                self._forms[encoding] = self._form(encoding, packed)
        return self._forms[encoding]

    def pack_like(self, other: Answer) -> None:
        """As that one was asked for."""
        for encoding in tuple(other._forms) if self._packs else ():
            self._forms.get(encoding) or self._pack(encoding)

    def _form(self, encoding: str, body: bytes) -> _Form:
        about = [("Content-Encoding", encoding)] if encoding else []
        tag = [("ETag", self._tags[encoding])] if self._tags else []
        return [*self._common, *about, *tag, ("Content-Length", str(len(body)))], [body]


def _kept_by(environ: Mapping[str, object], headers: list[Header], second: int, known: bool) -> list[Header]:
    """The headers for whoever asked: the shipped proxy, if it did, hears how long to keep the answer."""
    if not known:
        headers = [*(header for header in headers if header[0] != "Cache-Control"), ("Cache-Control", BRIEFLY)]
    return [*headers, ("X-Accel-Expires", f"@{second}")] if PROXY_KEEPS in environ else headers


@lru_cache(256)
def _shared(name: str, value: str) -> Header:
    """One pair for all answers that have it: most of their headers are the same."""
    return name, value


def _accepted(header: str) -> str:
    """The encoding that a client gets who accepts these: of those it likes best the one that packs best."""
    return _chosen(header) if len(header) <= _USUAL else _choose(header)


def _choose(header: str) -> str:
    accepted = parse_accept_header(header)
    best = max(_PACKERS, key=lambda encoding: accepted[encoding])
    return best if 0 < accepted[best] >= accepted["identity"] else ""


_chosen = lru_cache(256)(_choose)
