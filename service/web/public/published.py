"""What was approved: JSON for programs, a ready HTML fragment for pages. Both come from one stored page."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import g
from markupsafe import Markup

from service.domain.errors import MalformedError, NotFoundError
from service.domain.site import SLUG
from service.i18n import known_language, t
from service.queries import published
from service.queries.published import ORDERS, PublishedPage
from service.web.api import ApiBlueprint, problems
from service.web.compression import cached
from service.web.context import container, holds_until, read_published
from service.web.public import query
from service.web.public.caching import cache_control
from service.web.public.linked_data import is_gone, linked_data
from service.web.public.links import Links, plain_page
from service.web.public.schemas import (
    ANY_LANG,
    COMMENT,
    CURSOR,
    ORDER,
    TEXTS_LANG,
    THREAD,
    THREADS,
    CountsSchema,
    PageSchema,
)
from service.web.rendering import render, templates_digest

MAX_DEPTH = 4
NAMED_FROM = 3


def register(blueprint: ApiBlueprint) -> None:
    @blueprint.route("/v1/sites/<site>/comments", methods=["GET"])
    @blueprint.doc(
        summary="A page of published comments", operationId="comments", parameters=[THREAD, ORDER, CURSOR, COMMENT]
    )
    @blueprint.response(200, PageSchema)
    @blueprint.alt_response(304, description="Not changed since the ETag given", success=True)
    @problems(400, 404, 503)
    def comments(site: str) -> Any:
        """An unknown thread is an empty list. Follow `next` to the end and every comment has come once."""
        page = page_of(site, query.known_thread())
        return cached(page.etag("json"), "application/json", cache_control(page.policy), page.to_json)

    @blueprint.route("/v1/sites/<site>/comments.html", methods=["GET"])
    @blueprint.doc(
        summary="The same page as an HTML fragment",
        operationId="commentsFragment",
        parameters=[THREAD, ANY_LANG, ORDER, CURSOR, COMMENT],
    )
    @blueprint.response(200, content_type="text/html", schema={"type": "string"})
    @blueprint.alt_response(304, description="Not changed since the ETag given", success=True)
    @problems(400, 404, 503)
    def fragment(site: str) -> Any:
        """Ready to be put into a page. The language is in the address, so one address is one answer."""
        g.fragment = True
        page = page_of(site, query.known_thread())
        language = known_language(query.one("lang"), page.policy.language)
        values = {"thread": page.key}
        told = [str(page.first), str(page.comment_gone), page.title, page.url or "", _origin()]
        return cached(
            page.etag("html", language, *told, templates_digest()),
            "text/html; charset=utf-8",
            cache_control(page.policy),
            lambda: fragment_html(site, page, language, values).encode(),
        )

    @blueprint.route("/v1/sites/<site>/counts", methods=["GET"])
    @blueprint.doc(
        summary="How many comments are published", operationId="counts", parameters=[THREADS, TEXTS_LANG]
    )
    @blueprint.response(200, CountsSchema)
    @blueprint.alt_response(304, description="Not changed since the ETag given", success=True)
    @problems(400, 404, 503)
    def counts(site: str) -> Any:
        """For index pages. A thread nobody has written in has 0."""
        wanted, lang = query.known_threads(), query.one("lang")
        _check_slug(site)
        found, policy = read_published(
            lambda s: published.published_counts(s, site, [key for _, key in wanted])
        )
        answer: dict[str, object] = {"counts": {given: found[key] for given, key in wanted}}
        if lang:
            language = known_language(lang, policy.language)
            answer["texts"] = {given: t(language, "thread.count", count=found[key]) for given, key in wanted}
        body = json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()
        tag = hashlib.sha256(body).hexdigest()[:32]
        return cached(tag, "application/json", cache_control(policy), lambda: body)


def page_of(slug: str, key: str, answered: str = "") -> PublishedPage:
    """The page the request asks for; where it names none, the one that holds the comment to be ``answered``."""
    _check_slug(slug)
    cursor, order, comment = query.one("cursor"), query.one_of("order", ORDERS, ORDERS[0]), query.one("comment")
    if not cursor and not comment:
        comment = answered or None
    if cursor and comment:
        # Which of the two pages was meant?
        raise MalformedError("bad_parameter", public={"parameter": "comment"})
    now = container().clock()
    page = read_published(lambda s: published.published_page(s, slug, key, cursor, order, now, comment))
    holds_until(page.closes_at)
    return page


def fragment_html(
    slug: str, page: PublishedPage, language: str, values: Mapping[str, str], *, reply_form: Markup | None = None
) -> Markup:
    """The list as HTML. Its links lead to the plain page; a script may load them in place. ``reply_form`` stands under
    the comment it answers, ``values["parent"]``.
    """
    named = {"thread": page.key, "lang": language}
    known = (("url", page.url or values.get("url")), ("title", values.get("title")))
    base = plain_page(slug, **named, **{k: v for k, v in known if v})

    def link(**more: str) -> str:
        return f"{base}&{urlencode(more)}" if more else base

    other = next(o for o in ORDERS if o != page.order)
    links = Links(slug, page.key, language)
    html = render(
        "public/fragment.html",
        language,
        thread_key=page.key,
        state=page.state,
        count=page.count,
        order=page.order,
        nodes=_tree(page, links),
        comment_gone=page.comment_gone,
        first_url=None if page.first else link(order=page.order),
        next_url=link(order=page.order, cursor=page.next) if page.next else None,
        other_order_url=link(order=other),
        reply_base=base if page.state == "open" else None,
        reply_form=reply_form,
        answered=values.get("parent") if reply_form else None,
        jsonld=linked_data(page.comments(), page.url, links),
    )
    return Markup(html)  # noqa: S704 - our own template, escaped


def _tree(page: PublishedPage, links: Links) -> list[dict[str, Any]]:
    """The page's comments under those they answer. One whose parent is on another page stands by itself.

    Replies nest four deep; deeper ones stand beside the one they answer. From the third level on a reply says
    whom it answers, since the indentation no longer does.
    """
    roots: list[dict[str, Any]] = []
    nodes: dict[object, dict[str, Any]] = {}
    for comment in page.comments():
        above = nodes.get(comment["parent"]) if comment["parent"] else None
        host = above["host"] if above and above["depth"] == MAX_DEPTH else above
        depth = host["depth"] + 1 if host else 0
        node: dict[str, Any] = {
            "comment": _shown(comment),
            "gone": is_gone(comment),
            "link": links.comment(comment["id"]),
            "report": links.report(comment["id"]),
            "parent_link": links.comment(comment["parent"]) if comment["parent"] else None,
            "replies": [],
            "depth": depth,
            "host": host,
            "orphan": comment["parent"] is not None and above is None,
            "answers": above["comment"]["name"] if above and depth >= NAMED_FROM else None,
        }
        nodes[comment["id"]] = node
        (host["replies"] if host else roots).append(node)
    return roots


def _shown(comment: Mapping[str, object]) -> dict[str, object]:
    return {
        **comment,
        # Sanitised when it was stored, and nothing else is ever put there.
        "html": Markup(str(comment["html"])),  # noqa: S704
        "created_at": _moment(comment["created_at"]),
        "edited_at": _moment(comment["edited_at"]),
    }


def _check_slug(slug: str) -> None:
    if not SLUG.fullmatch(slug):
        raise NotFoundError("site_not_found")


def _origin() -> str:
    return container().settings.public_origin


def _moment(value: object) -> datetime | None:
    return datetime.fromisoformat(str(value)) if value else None
