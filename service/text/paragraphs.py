"""Typed lines as HTML: a blank line parts paragraphs, a single line end is a ``<br>``.

Every line end is still in the HTML beside the markup it caused, so the text content of the HTML is the typed
text, character for character. (A page must therefore not show it with ``white-space: pre-wrap``.)
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from service.text.markup import BLOCKS, LISTS, Element, Node

_BLANK_LINES = re.compile(r"(\n(?:[ \t]*+\n)++)")
_SPACE = " \t\n"


def as_html(nodes: list[Node]) -> str:
    """The nodes of a whole comment. The only ampersands in it are those of escapes."""
    return _flow(nodes, tight=False)


def _flow(nodes: list[Node], tight: bool) -> str:
    """Paragraphs and blocks side by side. ``tight`` is the inside of a list item: no ``<p>`` there."""
    out: list[str] = []
    run: list[Node] = []
    for node in nodes:
        if isinstance(node, Element) and node.tag in BLOCKS:
            out += [_paragraphs(run, tight), _block(node)]
            run = []
        else:
            run.append(node)
    return "".join([*out, _paragraphs(run, tight)])


def _block(element: Element) -> str:
    tag = element.tag
    if tag in LISTS:
        return _wrapped(tag, "".join(n if isinstance(n, str) else _item(n) for n in element.children))
    if tag == "pre":
        return _preformatted(element)
    if tag == "p":
        before, inner, after = _without_edges(element.children)
        return _wrapped("p", before + _inline(inner) + after)
    return _wrapped(tag, _flow(element.children, tight=False))


def _item(element: Element) -> str:
    return _wrapped("li", _flow(element.children, tight=True))


def _preformatted(element: Element) -> str:
    """Line ends right behind ``<pre>`` go in front of it: a parser would swallow the first."""
    nodes = element.children
    if not nodes or not isinstance(nodes[0], str):
        return _wrapped("pre", _inline(nodes, breaks=False))
    first = nodes[0].lstrip("\n")
    moved = "\n" * (len(nodes[0]) - len(first))
    return moved + _wrapped("pre", _inline([first, *nodes[1:]], breaks=False))


def _paragraphs(run: list[Node], tight: bool) -> str:
    pieces = [run] if tight else _parted(run)
    return "".join(_paragraph(piece, tight) for piece in pieces)


def _parted(run: list[Node]) -> Iterator[list[Node]]:
    """The run cut at blank lines, but for those inside an inline element, which would lose its partner."""
    piece: list[Node] = []
    for node in run:
        if isinstance(node, Element):
            piece.append(node)
            continue
        first, *rest = _BLANK_LINES.split(node)
        piece.append(first)
        for part in rest:
            yield piece
            piece = [part]
    yield piece


def _paragraph(nodes: list[Node], tight: bool) -> str:
    before, inner, after = _without_edges(nodes)
    if not inner:
        return before + after
    return before + (_inline(inner) if tight else _wrapped("p", _inline(inner))) + after


def _without_edges(nodes: list[Node]) -> tuple[str, list[Node], str]:
    """Space before, the nodes, space behind: a line end at the edge of a block breaks nothing."""
    inner, before, after = [node for node in nodes if node], "", ""
    if inner and isinstance(inner[0], str):
        rest = inner[0].lstrip(_SPACE)
        before = inner[0][: len(inner[0]) - len(rest)]
        inner[:1] = [rest] if rest else []
    if inner and isinstance(inner[-1], str):
        rest = inner[-1].rstrip(_SPACE)
        after = inner[-1][len(rest) :]
        inner[-1:] = [rest] if rest else []
    return before, inner, after


def _inline(nodes: list[Node], breaks: bool = True) -> str:
    out: list[str] = []
    after_break = False
    for node in nodes:
        if isinstance(node, str):
            out.append(_lines(node, after_break) if breaks else _escaped(node))
            after_break = False
        elif node.tag == "br":
            out.append("<br>")
            after_break = True
        else:
            out.append(_wrapped(node.tag, _inline(node.children, breaks), node.href))
            after_break = False
    return "".join(out)


def _lines(text: str, after_break: bool) -> str:
    """A line end right behind a typed ``<br>`` is that break's own and makes no second one."""
    kept = 1 if after_break and text.startswith("\n") else 0
    return text[:kept] + _escaped(text[kept:]).replace("\n", "<br>\n")


def _wrapped(tag: str, inner: str, href: str = "") -> str:
    attribute = f' href="{html.escape(href)}"' if href else ""
    return f"<{tag}{attribute}>{inner}</{tag}>"


def _escaped(text: str) -> str:
    """Quotes stay: in text they mean nothing, each escape costs bleach a token, and an address has none."""
    return html.escape(text, quote=False)
