"""Answers that caches keep: asked again with their tag, and gzipped for whoever takes that.

Only public reads are: how well an answer packs tells of what is in it, so one that holds a receipt or a moderator's
view and repeats what the address says must go as it is (BREACH). The plain page holds a form, but nothing in it that
is one reader's own or comes a second time. So the service does it, which knows its answers, and not the proxy in front.

Published comments are kept ready, packed, by ``service.web.ready``: it asks here for the plain bytes only.

The gzipped form of an answer has a tag of its own, since its bytes are others; either tag is answered with 304.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from functools import lru_cache

from flask import Flask, Response, request

from service.web.rendering import STATIC

#: Every endpoint whose answers are gzipped; none of them reads a cookie or makes a token.
PACKED = frozenset(
    [
        *("public.comments", "public.fragment", "public.counts", "public.feed", "public.page"),
        *("assets.embed_script", "assets.count_script", "static", "docs.show", "api-docs.openapi_json"),
    ]
)
#: Bytes. What is shorter fits into the same packet either way.
MIN_SIZE = 512
#: Level 6 costs two thirds more time on a page of a hundred comments, for a twentieth less.
LEVEL = 5
_SUFFIX = "-gzip"
_TEXT = frozenset(
    ["text/css", "text/javascript", "text/html", "image/svg+xml", "application/json", "application/atom+xml"]
)


def register(app: Flask) -> None:
    app.after_request(_pack)


def cached(tag: str, content_type: str, cache_control: str, body: Callable[[], bytes]) -> Response:
    """The answer under its strong tag, or 304 before the body is even made."""
    response = Response(content_type=content_type)
    response.headers["Cache-Control"] = cache_control
    response.set_etag(tag)
    known = _known(tag)
    if known:
        _not_modified(response, known)
    else:
        response.data = body()
    return response


def _pack(response: Response) -> Response:
    if request.endpoint not in PACKED or response.status_code not in (200, 304):
        return response
    response.vary.add("Accept-Encoding")
    tag, weak = response.get_etag()
    if response.status_code == 304 or not _may_be_packed(response):
        return response
    if tag and not weak and _known(tag) == tag + _SUFFIX:
        response.close()
        _not_modified(response, tag + _SUFFIX)
    elif _accepts_gzip():
        packed = _packed(response, tag)
        response.data = packed
        response.headers["Content-Encoding"] = "gzip"
        # A range would be one of the other bytes.
        response.headers.remove("Accept-Ranges")
        if tag:
            response.set_etag(tag + _SUFFIX)
    return response


def _may_be_packed(response: Response) -> bool:
    size = response.content_length
    return response.mimetype in _TEXT and (size is None or size >= MIN_SIZE)


def _packed(response: Response, tag: str | None) -> bytes:
    if request.endpoint == "static" and tag:
        response.close()
        response.direct_passthrough = False
        return _packed_file((request.view_args or {})["filename"], tag)
    if request.blueprint == "assets":
        return _packed_script(response.get_data())
    return _gzip(response.get_data())


@lru_cache(maxsize=8)
def _packed_script(data: bytes) -> bytes:
    """Of the embed's scripts there are two, and every reader loads one: packed once, as small as they get."""
    return _gzip(data, 9)


@lru_cache(maxsize=64)
def _packed_file(filename: str, _tag: str) -> bytes:
    """A static file once packed, as small as it gets, for as long as its tag says that it is the same file."""
    return _gzip((STATIC / filename).read_bytes(), 9)


def _gzip(data: bytes, level: int = LEVEL) -> bytes:
    # No time in it: the same bytes for the same answer.
    return gzip.compress(data, level, mtime=0)


def _accepts_gzip() -> bool:
    """Whether the client takes gzip and likes nothing being done to the answer no better."""
    accepted = request.accept_encodings
    return 0 < accepted["gzip"] >= accepted["identity"]


def _known(tag: str) -> str | None:
    """The tag by which the client already has the answer, of the two it may have got."""
    given = request.if_none_match
    tags = (tag + _SUFFIX, tag) if _accepts_gzip() else (tag, tag + _SUFFIX)
    return next((t for t in tags if given.contains_weak(t)), None)


def _not_modified(response: Response, tag: str) -> None:
    """The very tag the client has: a cache refreshes by it what it has stored."""
    response.status_code = 304
    response.data = b""
    response.set_etag(tag)
    for name in ("Content-Type", "Content-Length", "Accept-Ranges"):
        response.headers.remove(name)
