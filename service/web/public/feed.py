"""Newest comments as an Atom 1.0 feed (RFC 4287), replies marked as RFC 4685 has it. Written, never read."""

from __future__ import annotations

import hashlib
import re
from typing import Any
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from flask import request

from service.domain.errors import NotFoundError
from service.domain.site import SLUG
from service.domain.snapshot import timestamp
from service.i18n import t
from service.queries import feeds
from service.queries.feeds import Entry, Feed
from service.web.api import ApiBlueprint, problems
from service.web.compression import cached
from service.web.context import container, read_published
from service.web.public import query
from service.web.public.caching import cache_control
from service.web.public.links import Links, plain_page, site_address
from service.web.public.schemas import ANY_THREAD, URL
from service.web.rendering import templates_digest

ATOM, THREADING, XML = (
    "http://www.w3.org/2005/Atom",
    "http://purl.org/syndication/thread/1.0",
    "http://www.w3.org/XML/1998/namespace",
)
CONTENT_TYPE = "application/atom+xml"
#: Feed readers come every few minutes at most; so many seconds are all that a refused comment may linger there.
KEPT = 60
#: What XML 1.0 has no way to write, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

register_namespace("thr", THREADING)


def register(blueprint: ApiBlueprint) -> None:
    @blueprint.route("/v1/sites/<site>/feed", methods=["GET"])
    @blueprint.doc(
        summary="The newest comments as an Atom feed", operationId="feed", parameters=[ANY_THREAD, URL]
    )
    @blueprint.response(200, content_type=CONTENT_TYPE, schema={"type": "string"})
    @blueprint.alt_response(304, description="Not changed since the ETag given", success=True)
    @problems(400, 404, 503)
    def feed(site: str) -> Any:
        """The 50 newest of a thread; without one, the 20 newest of the site."""
        key = query.known_thread(query.one("url")) if {"thread", "url"} & request.args.keys() else None
        if not SLUG.fullmatch(site):
            raise NotFoundError("site_not_found")
        found = read_published(
            lambda s: feeds.thread_feed(s, site, key) if key else feeds.site_feed(s, site)
        )
        made_of = found.version + templates_digest() + container().settings.public_origin
        tag = hashlib.sha256(made_of.encode()).hexdigest()[:32]
        return cached(tag, f"{CONTENT_TYPE}; charset=utf-8", cache_control(found.policy, KEPT), lambda: to_xml(found))


def to_xml(feed: Feed) -> bytes:
    """The feed as a document. One without entries says when its thread, or its site, began."""
    root = Element("feed", {"xmlns": ATOM, f"{{{XML}}}lang": feed.language})
    _add(root, "id", feed.id.urn)
    _add(root, "title", _title(feed))
    if feed.thread_key is not None:
        _add(root, "subtitle", feed.site_name)
    own = {"thread": feed.thread_key} if feed.thread_key is not None else {}
    _link(root, "self", site_address(feed.site_slug, "feed", **own), CONTENT_TYPE)
    shown_at = feed.url or (plain_page(feed.site_slug, **own) if own else None)
    if shown_at:
        _link(root, "alternate", shown_at, "text/html")
    updated = [_updated(entry) for entry in feed.entries] or [timestamp(feed.begun_at)]
    _add(root, "updated", max(updated))
    for entry in feed.entries:
        root.append(_entry(feed, entry))
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _entry(feed: Feed, entry: Entry) -> Element:
    comment, links = entry.comment, Links(feed.site_slug, entry.thread_key, feed.language)
    element = Element("entry")
    _add(element, "id", _urn(comment["id"]))
    _add(element, "title", _entry_title(feed, entry))
    author = SubElement(element, "author")
    _add(author, "name", comment["name"])
    if comment["website"]:
        _add(author, "uri", comment["website"])
    _add(element, "published", comment["created_at"])
    _add(element, "updated", _updated(entry))
    _link(element, "alternate", links.comment(comment["id"]), "text/html")
    if comment["parent"]:
        answered = {"ref": _urn(comment["parent"]), "href": links.comment(comment["parent"]), "type": "text/html"}
        SubElement(element, f"{{{THREADING}}}in-reply-to", answered)
    # One whose language is not known must not take on the feed's.
    language = {f"{{{XML}}}lang": str(comment["lang"] or "und")}
    _add(element, "content", comment["html"], type="html", **language)
    return element


def _title(feed: Feed) -> str:
    if feed.thread_key is None:
        return t(feed.language, "feed.site", site=feed.site_name)
    return t(feed.language, "page.title_of", title=feed.title) if feed.title else t(feed.language, "page.untitled")


def _entry_title(feed: Feed, entry: Entry) -> str:
    """Whose comment it is; where several threads meet, also on what."""
    name = entry.comment["name"]
    if feed.thread_key is None and entry.thread_title:
        return t(feed.language, "feed.entry_on", name=name, title=entry.thread_title)
    return t(feed.language, "feed.entry", name=name)


def _updated(entry: Entry) -> str:
    # Both are UTC to the millisecond, so they compare as text.
    return str(entry.comment["edited_at"] or entry.comment["created_at"])


def _urn(comment_id: object) -> str:
    return f"urn:uuid:{comment_id}"


def _link(parent: Element, rel: str, href: str, kind: str) -> None:
    SubElement(parent, "link", {"rel": rel, "href": _FORBIDDEN.sub("", href), "type": kind})


def _add(parent: Element, name: str, text: object, **attributes: str) -> None:
    SubElement(parent, name, attributes).text = _FORBIDDEN.sub("", str(text))
