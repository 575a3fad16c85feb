"""The scripts a site may add: the discussion itself, and numbers of comments for index pages.

Addresses that never change; browsers look for a newer script every five minutes.
"""

from __future__ import annotations

import hashlib
from functools import cache

from flask import Blueprint, Response

from service.web.compression import cached
from service.web.rendering import STATIC
from service.web.security import public_read

CACHE = "public, max-age=300"


def register(blueprint: Blueprint) -> None:
    @blueprint.get("/embed.js")
    def embed_script() -> Response:
        return _script("embed.js")

    @blueprint.get("/count.js")
    def count_script() -> Response:
        return _script("count.js")


def _script(name: str) -> Response:
    source, tag = _read(name)
    return public_read(cached(tag, "text/javascript; charset=utf-8", CACHE, lambda: source))


@cache
def _read(name: str) -> tuple[bytes, str]:
    """The script and its tag, read once: a file that changes while the service runs belongs to the next release."""
    source = (STATIC / "embed" / name).read_bytes()
    return source, hashlib.sha256(source).hexdigest()[:32]
