"""A page's comments once more for machines: schema.org ``Comment`` in JSON-LD, from public fields only."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from service.web.public.links import Links

#: Inside a script element these could end it, or begin something that hides its end; two end a line for old scripts.
_ESCAPES = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


def linked_data(comments: Sequence[Mapping[str, object]], article: str | None, links: Links) -> Markup:
    """A data block for the page, or nothing when it shows no comment. What its author took back is left out.

    ``article``: the address of what is commented on, when it is known.
    """
    graph = [_comment(c, article, links) for c in comments if not is_gone(c)]
    if not graph:
        return Markup("")
    text = json.dumps({"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False, separators=(",", ":"))
    # Nothing that means something in HTML is left in it.
    return Markup('<script type="application/ld+json">{}</script>').format(Markup(text.translate(_ESCAPES)))  # noqa: S704


def is_gone(comment: Mapping[str, object]) -> bool:
    """Whether only the place of the comment is left."""
    return not comment["html"] and not comment["text"]


def _comment(comment: Mapping[str, object], article: str | None, links: Links) -> dict[str, object]:
    data: dict[str, object] = {
        "@type": "Comment",
        "@id": links.comment(comment["id"]),
        "dateCreated": comment["created_at"],
        "author": {"@type": "Person", "name": comment["name"]},
        "text": comment["text"],
    }
    if comment["edited_at"]:
        data["dateModified"] = comment["edited_at"]
    if comment["lang"]:
        data["inLanguage"] = comment["lang"]
    if comment["parent"]:
        data["parentItem"] = {"@type": "Comment", "@id": links.comment(comment["parent"])}
    if article:
        data["about"] = {"@type": "WebPage", "@id": article}
    return data
