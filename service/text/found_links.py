"""The links a reader has put into a text, however written: with a scheme, as ``www.``, as markup, as a bare name, and
as one that was disguised so that no program should find it.

For counting and comparing; what becomes a link on a page, ``sanitize`` says.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from service.text.hosts import host_key
from service.text.links import LINK_PATTERN

#: Endings by which a bare name is taken for a link without anybody's list: those that spam is sent from, and the usual
#: ones. Any other bare name may be two sentences without a space between, which Arabic typed in haste is full of.
_ENDINGS = """
com net org info biz ru su ua cn tk top xyz online site shop club store vip win bet casino live icu cc ws pw me io co ly
link click loan work pro space fun website buzz news app dev ir sa ae eg
"""
PLAIN_ENDINGS = frozenset(_ENDINGS.split())
_FULL_STOP = r"[.\u3002\uff0e\uff61]"
#: A full stop written so that programs do not see it. Bare words ("example dot com") are left alone: people talk so.
_HIDDEN_STOP = rf"\s?[\[({{]\s?(?:{_FULL_STOP}|dot|نقطة|نقطه)\s?[\])}}]\s?"
_LABEL = r"\w(?:[\w-]{0,61}\w)?"
_SCHEME = re.compile(r"(?<![A-Za-z0-9])(?:https?|h[xt*]{2}ps?)://(?:[^/?#\s@]*@)?(\[[^\]\s]*\]|[^/?#:\s\[\]]+)", re.I)
_BARE = re.compile(
    rf"(?<![\w@.-])(?P<host>(?:{_LABEL}(?:{_FULL_STOP}|{_HIDDEN_STOP})){{1,10}}{_LABEL})(?![\w@-])(?P<rest>/[^\s<>\"']*)?",
    re.I,
)
_HIDDEN = re.compile(_HIDDEN_STOP, re.I)
_HREF = re.compile(r"href\s*=\s*[\"']?$", re.I)
_TO_LABEL = re.compile(r"[\"']?[^<>]{0,200}>\s*")


@dataclass(frozen=True)
class FoundLink:
    """``start`` and ``end`` are code points of the text, end exclusive. ``host``: its key, ``None`` where nothing could
    open it. ``plain``: a reader sees a link in it; what is not plain is only worth comparing with a list.
    """

    start: int
    end: int
    host: str | None
    plain: bool


def found_links(text: str) -> Sequence[FoundLink]:
    """All of them, in order. An address and the same address as what is shown for it are one."""
    seen, places = _seen(text)
    found = [FoundLink(m.start(), m.end(), host_of(m.group()), True) for m in LINK_PATTERN.finditer(seen)]
    taken = [(link.start, link.end) for link in found]
    for match in _SCHEME.finditer(seen):
        if not _within(taken, match.start()):
            found.append(FoundLink(match.start(), match.end(), host_key(match[1]), True))
            taken.append(match.span())
    found += [_bare(match) for match in _BARE.finditer(seen) if not _within(taken, match.start())]
    links = _without_labels(seen, sorted(found, key=lambda link: link.start))
    return [FoundLink(places[link.start], places[link.end - 1] + 1, link.host, link.plain) for link in links]


def host_of(address: str) -> str | None:
    """The key of the host in an address that has a scheme."""
    match = _SCHEME.match(address)
    return host_key(match[1]) if match else None


def _seen(text: str) -> tuple[str, Sequence[int]]:
    """The text without what draws nothing, which tears names apart, and where each of its characters stood."""
    if text.isascii():
        return text, range(len(text))
    places = [at for at, char in enumerate(text) if unicodedata.category(char) not in ("Cf", "Mn")]
    return "".join(text[at] for at in places), places


def _within(taken: Sequence[tuple[int, int]], at: int) -> bool:
    return any(start <= at < end for start, end in taken)


def _bare(match: re.Match[str]) -> FoundLink:
    written = match["host"]
    name = _HIDDEN.sub(".", written)
    ending = unicodedata.normalize("NFKC", re.split(_FULL_STOP, name)[-1]).lower()
    disguised = name != written and ending.isalpha() and len(ending) > 1
    plain = disguised or name.lower().startswith("www.") or ending in PLAIN_ENDINGS or ending.startswith("xn--")
    return FoundLink(match.start(), match.end(), host_key(name), plain)


def _without_labels(text: str, links: Sequence[FoundLink]) -> Sequence[FoundLink]:
    """``<a href="https://a.example/">a.example</a>`` is one link, not two."""
    kept: list[FoundLink] = []
    for link in links:
        before = kept[-1] if kept else None
        if before and before.host == link.host and _HREF.search(text, max(0, before.start - 20), before.start):
            between = text[before.end : link.start]
            if _TO_LABEL.fullmatch(between):
                continue
        kept.append(link)
    return kept
