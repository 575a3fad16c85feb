"""A page as a browser's parser reads it: our own elements, and the HTML of readers in it, set apart."""

from __future__ import annotations

import json
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from bleach.html5lib_shim import HTMLParser

from tests.unit.text.html_oracle import violations

#: The classes of the elements that hold a comment's own HTML. Everything outside is ours, and escaped text.
BODIES = {"taliq-body", "text"}
ADDRESSES = ("href", "src", "action", "formaction", "data", "poster", "srcset", "background")


class Page:
    """``kinds``: every element and attribute outside of comments. ``foreign``: what no comment may hold."""

    def __init__(self, html: str) -> None:
        self.kinds: set[tuple[str, str]] = set()
        self.links: list[str] = []
        self.bodies = 0
        self.foreign: list[str] = []
        self._read(HTMLParser(namespaceHTMLElements=False).parse(html))

    def _read(self, parent: Element) -> None:
        for element in parent:
            if element.tag == "script" and element.attrib == {"type": "application/ld+json"}:
                # A thread's data for machines, which is JSON to its end. Any other script is one.
                json.loads(element.text or "")
                continue
            self.kinds |= {(str(element.tag), str(name)) for name in ("", *element.attrib)}
            self._note_addresses(element)
            if element.tag == "div" and set(element.attrib.get("class", "").split()) & BODIES:
                self.bodies += 1
                self._read_comment(element)
            else:
                shown = self.bodies
                self._read(element)
                if element.tag == "template":
                    # A mould for the script, which nobody sees.
                    self.bodies = shown

    def _read_comment(self, body: Element) -> None:
        """The policy stands in the oracle of the unit tests, said a second time."""
        at_desk = body.attrib.get("class") == "text"
        for element in body.iter():
            # What a check has found is marked, at the desk only.
            marked = at_desk and element.tag == "mark" and not element.attrib
            if element is not body and not marked:
                attributes = "".join(f' {k}="{_escaped(v)}"' for k, v in element.attrib.items())
                self.foreign += violations(f"<{element.tag}{attributes}></{element.tag}>")
                self._note_addresses(element)

    def _note_addresses(self, element: Element) -> None:
        """An address of ours is a path or has our scheme; one of a reader is absolute http or https."""
        for name in ADDRESSES:
            address = element.attrib.get(name)
            if address is None:
                continue
            parts = urlsplit(address)
            own_path = not parts.scheme and not parts.netloc and address[:1] in ("/", "#", "?")
            if not (own_path or (parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc)):
                self.foreign.append(f"address {address}")
            self.links.append(address)


def _escaped(value: str) -> str:
    return value.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
