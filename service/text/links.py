"""Which addresses may become links, and where they are in a text."""

from __future__ import annotations

import re
import unicodedata
from ipaddress import AddressValueError, IPv4Address, IPv6Address

import idna

#: What ends an address in running text wherever it stands.
_NEVER = r'\s<>"،؛؟…“”„«»'
#: What belongs to an address only if more of it follows; last, it ends a sentence or closes a quotation.
_TAIL = r".,;:!?'’‘`*)\]}۔。、！？\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
_PLAIN = rf"[^{_NEVER}{_TAIL}(\[{{]++"
_BRACKETED = rf"\([^{_NEVER}()]*+\)|\[[^{_NEVER}\[\]]*+\]|\{{[^{_NEVER}{{}}]*+\}}"

#: An address with its scheme in running text. It ends before whitespace, quotes and Arabic punctuation,
#: before Latin punctuation that nothing of the address follows, and before a bracket without its partner.
#: Possessive throughout, so it takes linear time. What it finds is a candidate: ask ``check_link``.
LINK_PATTERN = re.compile(rf"(?<![A-Za-z0-9])[hH][tT][tT][pP][sS]?://(?:[{_TAIL}]*+(?:{_PLAIN}|{_BRACKETED}))++")

_LINK = re.compile(
    r"https?://(?P<host>\[[0-9a-f:.]+\]|[^/?#:@\[\]%]+)(?::(?P<port>[0-9]{1,5}))?(?:[/?#].*)?", re.I | re.A
)
_REFUSED = frozenset("\\<>\"'`")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_NO_SCHEME = re.compile(r"[^\s/?#:@.]+(?:\.[^\s/?#:@.]+)+\.?(?::[0-9]+)?(?:[/?#].*)?", re.S)


def check_link(url: str, max_length: int = 2_000) -> str | None:
    """The address unchanged when it is absolute http or https and every browser reads the same host in it;
    ``None`` otherwise. Never raises.

    Refused are whitespace, control and format characters, quotes and backslashes anywhere, user names, bad
    ports, and hosts in a spelling browsers rewrite (``0x7f.1``, percent signs, full-width digits as IP).
    """
    if len(url) > max_length or any(_is_refused(char) for char in url):
        return None
    found = _LINK.fullmatch(url)
    if found is None or int(found["port"] or 0) > 65_535:
        return None
    return url if _is_host(found["host"].lower()) else None


def add_scheme(typed: str) -> str:
    """``https://`` before what looks like a host with a dot and has no scheme; anything else unchanged."""
    if _NO_SCHEME.fullmatch(typed) is None:
        return typed
    candidate = "https://" + typed
    return candidate if check_link(candidate, max_length=len(candidate)) else typed


def _is_refused(char: str) -> bool:
    """Letters of a Unicode version newer than Python's are refused too: nobody can say what they are."""
    return char in _REFUSED or (not "!" <= char <= "~" and unicodedata.category(char)[0] in "CZ")


def _is_host(host: str) -> bool:
    if host.startswith("["):
        return _is_address(IPv6Address, host[1:-1])
    if host.isascii() and "xn--" not in host:
        return _is_ascii_host(host, may_be_number=True)
    return _is_international_host(host)


def _is_international_host(host: str) -> bool:
    """A long label costs idna quadratic time, so length comes first."""
    if len(host) > 253:
        return False
    try:
        ascii_host = idna.encode(host, uts46=True).decode("ascii").lower()
    except (UnicodeError, ValueError, IndexError):
        return False
    return _is_ascii_host(ascii_host, may_be_number=False)


def _is_ascii_host(host: str, may_be_number: bool) -> bool:
    name = host.removesuffix(".")
    labels = name.split(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        return False
    if _NUMBER.fullmatch(labels[-1]):
        return may_be_number and _is_address(IPv4Address, name)
    return True


def _is_address(kind: type[IPv4Address] | type[IPv6Address], literal: str) -> bool:
    try:
        kind(literal)
    except AddressValueError:
        return False
    return True
