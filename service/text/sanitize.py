"""A comment's text as HTML that is safe to show.

Four nets, of which a hole in one is closed by the next: our own reading of the text lets nothing but the
allowed tags be tags; bleach holds the result against the policy and finds the addresses in it; nh3 holds it
against the same policy with another parser; a last look wants every tag, attribute and address to be in
order, and the text to be the typed one. What fails the last look is shown escaped, as text.
"""

from __future__ import annotations

from functools import partial

import nh3
from bleach.linkifier import LinkifyFilter
from bleach.sanitizer import Cleaner

from service.text.clean import clean_body
from service.text.inspection import REL, inspect, text_of
from service.text.links import LINK_PATTERN, check_link
from service.text.markup import TAGS, Node, read_markup, typed_text
from service.text.paragraphs import as_html

__all__ = ["MAX_HTML", "MAX_MARKUP", "SANITISER_VERSION", "render", "text_of"]

#: Goes up with every change of what ``render`` makes of a text: what is stored is rendered again then.
SANITISER_VERSION = 1
#: How many ``<`` a body may hold. Above it, none of them starts a tag.
MAX_MARKUP = 100
#: Above it, links and tags are given up and the text is shown as it is.
MAX_HTML = 100_000

_SCHEMES = frozenset(("http", "https"))
#: Stands for ``&`` while bleach works: once it looks for links it reads the typed ``&lt;`` as the sign that
#: it names. A noncharacter, which clean text cannot hold.
_AMPERSAND = "\ufdd0"

_Attributes = dict[tuple[str | None, str] | str, str]


def render(body: str) -> str:
    """Safe HTML of a body that ``clean_body`` has been through. Never raises and never loses text.

    Allowed are p br strong em b i del code pre blockquote ul ol li, and a with an absolute http or https
    address. Whatever else looks like markup, typed entities included, is shown as typed.
    """
    body = body.replace(_AMPERSAND, "")
    try:
        html = _with_markup(body)
    except Exception:  # whatever a parser stumbles over, the reader's words are shown all the same
        html = None
    return _as_text(body) if html is None or len(html) > MAX_HTML else html


def _with_markup(body: str) -> str | None:
    nodes = read_markup(body) if body.count("<") <= MAX_MARKUP else _text_only(body)
    text = typed_text(nodes)
    if not clean_body(text):
        return None  # only tags were typed: they are all there is to show
    return inspect(_through_nh3(_through_bleach(as_html(nodes))), expected_text=text)


def _as_text(body: str) -> str:
    return as_html(_text_only(body))


def _text_only(body: str) -> list[Node]:
    return [body] if body else []


def _through_bleach(html: str) -> str:
    """A new Cleaner each time: one shared between threads mixes their texts."""
    linkify = partial(
        LinkifyFilter,
        callbacks=[_reader_link],
        skip_tags={"pre", "code"},
        url_re=LINK_PATTERN,
        parse_email=False,
    )
    cleaner = Cleaner(
        tags=TAGS,
        attributes={"a": ["href"]},
        protocols=_SCHEMES,
        strip=False,
        strip_comments=True,
        filters=[linkify],
    )
    # A ">" in text is no markup, and as an escape each would be a token of its own: slow by the thousand.
    cleaned: str = cleaner.clean(html.replace("&gt;", ">").replace("&amp;", _AMPERSAND))
    return cleaned.replace(_AMPERSAND, "&amp;")


def _reader_link(attributes: _Attributes, new: bool = False) -> _Attributes | None:
    href = attributes.get((None, "href"), "")
    if check_link(href.replace(_AMPERSAND, "&")) is None:
        return None
    return {(None, "href"): href, (None, "rel"): REL, "_text": attributes["_text"]}


def _through_nh3(html: str) -> str:
    return nh3.clean(
        html,
        tags=set(TAGS),
        attributes={"a": {"href"}},
        url_schemes=set(_SCHEMES),
        link_rel=REL,
        strip_comments=True,
    )
