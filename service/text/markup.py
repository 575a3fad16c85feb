"""The few tags a reader may type, read out of a comment's text as a tree.

Only what is exactly such a tag, has its partner, and stands where an HTML parser leaves it in peace is an
element. Everything else, down to a lone ``<``, is text and will be shown as it was typed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from service.text.links import check_link

INLINE = frozenset(("a", "strong", "em", "b", "i", "del", "code"))
LISTS = frozenset(("ul", "ol"))
BLOCKS = frozenset(("p", "pre", "blockquote")) | LISTS
TAGS = INLINE | BLOCKS | {"li", "br"}

# ASCII: under IGNORECASE alone, the long s and the Kelvin sign would pass for s and k.
_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>strong|em|b|i|del|code|p|pre|blockquote|ul|ol|li)>"
    r"|<br(?: ?/)?>|(?P<close_a></a>)"
    r"""|<a(?P<attributes>(?:\s++[a-z][a-z0-9_:-]*+\s*+=\s*+(?:"[^"<]*+"|'[^'<]*+'))++)\s*+>""",
    re.IGNORECASE | re.ASCII,
)
_ATTRIBUTE = re.compile(r"""([a-z][a-z0-9_:-]*+)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)')""", re.IGNORECASE | re.ASCII)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


@dataclass
class Element:
    """A tag with what it holds. ``opener`` and ``closer`` are what was typed, in case it becomes text."""

    tag: str
    opener: str
    closer: str = ""
    href: str = ""
    children: list[Node] = field(default_factory=list)


Node = str | Element


def read_markup(body: str) -> list[Node]:
    """The body as text and elements; no two texts stand side by side. Time grows with the text and with the
    square of the number of tags, so limit those.
    """
    return _settled(_paired(body), within="", in_link=False)


def typed_text(nodes: list[Node]) -> str:
    """What of the body is text: all of it but the recognised tags."""
    return "".join(node if isinstance(node, str) else typed_text(node.children) for node in nodes)


def _paired(body: str) -> list[Node]:
    root = Element("", "")
    open_elements = [root]
    end = 0
    for found in _TAG.finditer(body):
        open_elements[-1].children.append(body[end : found.start()])
        _take(found, open_elements)
        end = found.end()
    open_elements[-1].children.append(body[end:])
    while len(open_elements) > 1:
        _dissolve(open_elements)
    return root.children


def _take(found: re.Match[str], open_elements: list[Element]) -> None:
    typed = found.group()
    name = (found["name"] or ("a" if found["attributes"] or found["close_a"] else "br")).lower()
    if name == "br":
        open_elements[-1].children.append(Element("br", typed))
    elif found["close"] or found["close_a"]:
        _close(name, typed, open_elements)
    else:
        href = _href(found["attributes"]) if name == "a" else ""
        if href is None:
            open_elements[-1].children.append(typed)
            return
        element = Element(name, typed, href=href)
        open_elements[-1].children.append(element)
        open_elements.append(element)


def _close(name: str, typed: str, open_elements: list[Element]) -> None:
    """Pair with the nearest opener of that name; openers above it stay without a partner and become text."""
    if all(element.tag != name for element in open_elements):
        open_elements[-1].children.append(typed)
        return
    while open_elements[-1].tag != name:
        _dissolve(open_elements)
    open_elements.pop().closer = typed


def _dissolve(open_elements: list[Element]) -> None:
    element = open_elements.pop()
    open_elements[-1].children[-1:] = [element.opener, *element.children]


def _href(attributes: str) -> str | None:
    """The one ``href`` of a typed ``<a>`` if it may be a link. Entities in it mean what they mean in HTML."""
    read = _ATTRIBUTE.findall(attributes)
    values = [double or single for name, double, single in read if name.lower() == "href"]
    if len(values) != 1:
        return None
    return check_link(_ENTITY.sub(lambda entity: html.unescape(entity.group()), values[0]))


def _settled(nodes: list[Node], within: str, in_link: bool) -> list[Node]:
    """The nodes with every element that may not stand here turned into the text it was typed as."""
    settled: list[Node] = []
    text: list[str] = []
    for node in _unfolded(nodes, within, in_link):
        if isinstance(node, str):
            text.append(node)
            continue
        if joined := "".join(text):
            settled.append(joined)
        text.clear()
        node.children = _settled(node.children, node.tag, in_link or node.tag == "a")
        settled.append(node)
    if joined := "".join(text):
        settled.append(joined)
    return settled


def _unfolded(nodes: list[Node], within: str, in_link: bool) -> Iterator[Node]:
    for node in nodes:
        if isinstance(node, str) or _may_stand(node, within, in_link):
            yield node
        else:
            yield node.opener
            yield from _unfolded(node.children, within, in_link)
            yield node.closer


def _may_stand(element: Element, within: str, in_link: bool) -> bool:
    if element.tag == "li" or within in LISTS:
        return element.tag == "li" and within in LISTS
    if element.tag in LISTS and not _is_list(element):
        return False
    if element.tag in BLOCKS:
        return within in ("", "li", "blockquote")
    return not (element.tag == "a" and in_link)


def _is_list(element: Element) -> bool:
    """Only items, and nothing but space between them."""
    return all(not node.strip(" \t\n") if isinstance(node, str) else node.tag == "li" for node in element.children)
