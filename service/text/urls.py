"""Addresses of articles: one canonical spelling, so that one article is one thread.

A publisher's pages, feeds and templates spell the same address raw (``/تحليل``), percent-encoded
(``/%D8%AA…``) and with ``&amp;`` in it. All three come out of ``canonical_url`` alike.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, urlsplit

import idna

from service.text.clean import stream_safe
from service.text.links import check_link

#: Longer than any address that works; what is longer is not looked at.
MAX_LENGTH = 8_192

_ENCODED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_UNSAFE = re.compile(r"[\s<>\"'`\\^{}|]")
_UNRESERVED = frozenset("-._~")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def canonical_url(raw: str) -> str | None:
    """The one spelling of an absolute http(s) address without its fragment; ``None`` when it is not one."""
    if len(raw) > MAX_LENGTH or stream_safe(raw) != raw:
        return None
    url = raw.strip()
    while "&amp;" in url:
        url = url.replace("&amp;", "&")
    url = _UNSAFE.sub(lambda m: quote(m.group(), safe=""), unicodedata.normalize("NFC", url))
    if check_link(url, max_length=MAX_LENGTH) is None:
        return None
    parts = urlsplit(url)
    origin = origin_of(url)
    if origin is None:
        return None
    path = _decoded(parts.path) or "/"
    query = "?" + _decoded(parts.query) if parts.query else ""
    return origin + path + query


def origin_of(url: str) -> str | None:
    """``scheme://host[:port]`` in lower case, IDN as punycode, default port dropped; ``None`` if there is none."""
    if check_link(url, max_length=MAX_LENGTH) is None:
        return None
    parts = urlsplit(url)
    host = _ascii_host(parts.hostname or "")
    if host is None:
        return None
    port = "" if parts.port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def _ascii_host(host: str) -> str | None:
    if ":" in host:
        return f"[{host}]"
    try:
        return (
            idna.encode(host, uts46=True).decode("ascii") if not host.isascii() else host.lower().rstrip(".")
        )
    except idna.IDNAError:
        return None


def _decoded(part: str) -> str:
    return unicodedata.normalize("NFC", stream_safe(_ENCODED.sub(lambda m: _decode_run(m.group()), part)))


def _decode_run(run: str) -> str:
    """Letters, digits and marks raw; whatever could change the address's structure stays encoded."""
    try:
        text = bytes.fromhex(run.replace("%", "")).decode("utf-8")
    except UnicodeDecodeError:
        return run.upper()
    return "".join(c if _may_stand_raw(c) else quote(c, safe="") for c in text)


def _may_stand_raw(char: str) -> bool:
    return (
        unicodedata.category(char)[0] in "LNM"
        or char in _UNRESERVED
        or (not char.isascii() and unicodedata.category(char)[0] in "PS")
    )
