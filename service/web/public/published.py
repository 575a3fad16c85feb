"""What was approved: JSON for programs, a ready HTML fragment for pages. Both come from one stored page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Response, g, jsonify, request
from markupsafe import Markup

from service.domain.errors import NotFoundError
from service.domain.site import SLUG
from service.i18n import known_language
from service.queries import published
from service.queries.published import ORDERS, PublishedPage
from service.web.api import ApiBlueprint, problems
from service.web.context import container
from service.web.public import query
from service.web.public.schemas import ANY_LANG, CURSOR, ORDER, THREAD, CountsSchema, PageSchema, parameter
from service.web.rendering import render, templates_digest

#: Shared caches may keep a page for a second; browsers ask again each time and mostly hear 304.
CACHE = "public, max-age=0, s-maxage=1, must-revalidate"
MAX_DEPTH = 4
NAMED_FROM = 3


def register(blueprint: ApiBlueprint) -> None:
    @blueprint.route("/v1/sites/<site>/comments", methods=["GET"])
    @blueprint.doc(
        summary="A page of published comments", operationId="comments", parameters=[THREAD, ORDER, CURSOR]
    )
    @blueprint.response(200, PageSchema)
    @blueprint.alt_response(304, description="Not changed since the ETag given", success=True)
    @problems(blueprint, 400, 404, 503)
    def comments(site: str) -> Any:
        """An unknown thread is an empty list. Follow `next` to the end and every comment has come once."""
        page = page_of(site, query.known_thread())
        return _cached(page.etag("json"), "application/json", page.to_json)

    @blueprint.route("/v1/sites/<site>/comments.html", methods=["GET"])
    @blueprint.doc(
        summary="The same page as an HTML fragment",
        operationId="commentsFragment",
        parameters=[THREAD, ANY_LANG, ORDER, CURSOR],
    )
    @blueprint.response(200, content_type="text/html", schema={"type": "string"})
    @blueprint.alt_response(304, description="Not changed since the ETag given", success=True)
    @problems(blueprint, 400, 404, 503)
    def fragment(site: str) -> Any:
        """Ready to be put into a page. The language is in the address, so one address is one answer."""
        g.fragment = True
        page = page_of(site, query.known_thread())
        language = known_language(query.one("lang"), page.language)
        values = {"thread": page.key}
        origin = container().settings.public_origin
        tag = page.etag("html", language, page.title, page.url or "", origin, templates_digest())
        return _cached(
            tag, "text/html; charset=utf-8", lambda: fragment_html(site, page, language, values).encode()
        )

    @blueprint.route("/v1/sites/<site>/counts", methods=["GET"])
    @blueprint.doc(
        summary="How many comments are published",
        operationId="counts",
        parameters=[
            {
                **parameter("thread", "Up to 100 threads", required=True),
                "schema": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": 100,
                    "items": {"type": "string", "minLength": 1, "maxLength": 2_048},
                },
                "style": "form",
                "explode": True,
            }
        ],
    )
    @blueprint.response(200, CountsSchema)
    @problems(blueprint, 400, 404, 503)
    def counts(site: str) -> Any:
        """For index pages. A thread nobody has written in has 0."""
        wanted = query.known_threads()
        _check_slug(site)
        found = container().reader.run(
            lambda s: published.published_counts(s, site, [key for _, key in wanted])
        )
        response = jsonify({"counts": {given: found[key] for given, key in wanted}})
        response.headers["Cache-Control"] = CACHE
        response.add_etag()
        return response.make_conditional(request)


def page_of(slug: str, key: str) -> PublishedPage:
    """The page the request asks for."""
    _check_slug(slug)
    cursor, order = query.one("cursor"), query.one_of("order", ORDERS, ORDERS[0])
    return container().reader.run(lambda s: published.published_page(s, slug, key, cursor, order))


def fragment_html(slug: str, page: PublishedPage, language: str, values: Mapping[str, str]) -> Markup:
    """The list as HTML. Its links lead to the plain page; a script may load them in place."""
    named = {"thread": page.key, "lang": language}
    named.update(
        {k: v for k, v in (("url", page.url or values.get("url")), ("title", values.get("title"))) if v}
    )
    base = f"{container().settings.public_origin}/v1/sites/{slug}/page?"

    def link(**more: str) -> str:
        return base + urlencode({**named, **more})

    other = next(o for o in ORDERS if o != page.order)
    html = render(
        "public/fragment.html",
        language,
        thread_key=page.key,
        state=page.state,
        count=page.count,
        order=page.order,
        nodes=_tree(page),
        next_url=link(order=page.order, cursor=page.next) if page.next else None,
        other_order_url=link(order=other),
        reply_base=link() if page.state == "open" else None,
    )
    return Markup(html)  # noqa: S704 - our own template, escaped


def _tree(page: PublishedPage) -> list[dict[str, Any]]:
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


def _cached(tag: str, content_type: str, body: Any) -> Response:
    """The answer with its ETag, or 304 before the body is even made."""
    response = Response(content_type=content_type)
    response.set_etag(tag)
    response.headers["Cache-Control"] = CACHE
    if request.if_none_match.contains_weak(tag):
        response.status_code = 304
        del response.headers["Content-Type"]
    else:
        response.data = body()
    return response


def _check_slug(slug: str) -> None:
    if not SLUG.fullmatch(slug):
        raise NotFoundError("site_not_found")


def _moment(value: object) -> datetime | None:
    return datetime.fromisoformat(str(value)) if value else None
