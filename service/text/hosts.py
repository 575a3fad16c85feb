"""Hosts as names to compare: one spelling for each, and the names above it."""

from __future__ import annotations

import re
import unicodedata

import idna

from service.text.links import check_link

#: Nothing that a host is made of: with one of them, what was typed is an address or a port, or nonsense.
_NO_HOST = frozenset("/?#@:")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_MAX_NAME = 253


def host_key(typed: str) -> str | None:
    """The host as the network knows it: A-labels (``xn--…``), lower case, no full stop behind; ``None`` when it is
    none. ``مثال.إختبار`` and ``xn--mgbh0fb.xn--kgbechtv`` have one key. An IPv6 host stands in its brackets.

    Names with pictures in them, which IDNA 2008 no longer allows, exist and have keys all the same.
    """
    name = typed.strip().removesuffix(".").lower()
    if not name or len(name) > _MAX_NAME or (not name.startswith("[") and set(name) & _NO_HOST):
        return None
    if check_link(f"http://{name}/") is None:
        return _pictured(name)
    if name.isascii():
        return name
    return idna.encode(name, uts46=True).decode("ascii").lower()


def with_parents(key: str) -> tuple[str, ...]:
    """``a.b.example`` with ``b.example``, longest first. The last label alone is nobody's; numbers have no parents."""
    labels = key.split(".")
    if key.startswith("[") or labels[-1].isdigit():
        return (key,)
    return tuple(".".join(labels[n:]) for n in range(max(1, len(labels) - 1)))


def _pictured(name: str) -> str | None:
    labels = [_label(label) for label in unicodedata.normalize("NFKC", name).split(".")]
    # A name of digits alone is a number that browsers read in their own way.
    if all(labels) and any(label.startswith("xn--") for label in labels if label):
        return ".".join(label for label in labels if label)
    return None


def _label(label: str) -> str | None:
    if not label.isascii():
        if any(unicodedata.category(char) not in ("Ll", "Lo", "Nd", "So") and char not in "-" for char in label):
            return None
        label = "xn--" + label.encode("punycode").decode("ascii")
    return label if _LABEL.fullmatch(label) else None
