"""What a browser makes of HTML, by an HTML5 parser that the sanitiser's last look does not use.

The policy stands here a second time, in full: what lets a tag in by mistake must not silence the test too.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from bleach.html5lib_shim import HTMLParser

TAGS = {"a", "p", "br", "strong", "em", "b", "i", "del", "code", "pre", "blockquote", "ul", "ol", "li"}
REL = "nofollow ugc noopener"


@dataclass(frozen=True)
class Seen:
    """``parents`` pairs every element with the tag it stands in."""

    text: str
    tags: list[str]
    parents: list[tuple[str, str]]
    attributes: list[tuple[str, str, str]]


def seen(html: str) -> Seen:
    root = HTMLParser(namespaceHTMLElements=False).parseFragment(html)
    elements = [element for element in root.iter() if element is not root]
    return Seen(
        text="".join(root.itertext()),
        tags=[str(element.tag) for element in elements],
        parents=[(str(child.tag), str(parent.tag)) for parent in root.iter() for child in parent],
        attributes=[(str(e.tag), str(name), value) for e in elements for name, value in e.attrib.items()],
    )


def violations(html: str) -> list[str]:
    """Everything in the HTML that the policy does not know."""
    page = seen(html)
    found = [f"element {tag}" for tag in page.tags if tag not in TAGS]
    for tag, name, value in page.attributes:
        if (tag, name) == ("a", "href"):
            parts = urlsplit(value)
            if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
                found.append(f"address {value}")
        elif (tag, name, value) != ("a", "rel", REL):
            found.append(f"attribute {tag} {name}={value}")
    links = page.tags.count("a")
    for wanted in ("href", "rel"):
        if sum(name == wanted for _, name, _ in page.attributes) != links:
            found.append(f"a link without {wanted}")
    return found
