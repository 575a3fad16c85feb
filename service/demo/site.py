"""A newspaper with Taliq under its articles, as a publisher would build it, on an origin of its own.

The list of comments and the form stand in the article's own HTML, fetched from the service by this server, so
that reading and writing need no JavaScript; ``embed.js`` then spares the reader the change of page. Any WSGI
server can run it: ``service.demo.site:app_from_environment`` is the factory.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, abort, render_template, request
from markupsafe import Markup

from service.demo.article import LEAD, Article
from service.demo.briefs import ARTICLES
from service.demo.fragments import TIMEOUT, Deadline, Fragments
from service.i18n import format_moment
from service.text.urls import origin_of

SITE = "demo"
LANGUAGE = "ar"
#: Query parameters of an article's address that are meant for the list and for the form.
_FOR_LIST, _FOR_FORM = ("cursor", "order", "comment"), ("parent",)
_MAX_FORWARDED = 300


@dataclass(frozen=True)
class Discussion:
    """What stands under an article. A part that could not be had is ``None``: the page says so quietly."""

    thread: Mapping[str, str]
    comments: Markup | None
    form: Markup | None
    page_url: str


def create_site(
    service_url: str, *, public_service_url: str | None = None, site_url: str | None = None
) -> Flask:
    """The newspaper's application.

    ``service_url``: where this server reaches Taliq. ``public_service_url``: where browsers do, if elsewhere.
    ``site_url``: the newspaper's own public address; by default whatever address a request came to.
    ``ValueError`` when one of them is no http(s) address.
    """
    inside, outside = _address(service_url), _address(public_service_url or service_url)
    own = _address(site_url) if site_url else None
    app = Flask("service.demo", static_folder="static", static_url_path="")
    fragments = Fragments(f"{inside}/v1/sites/{SITE}")
    policy = _content_policy(outside)

    def absolute(path: str) -> str:
        return (own or request.url_root.rstrip("/")) + path

    app.jinja_env.globals |= {"absolute": absolute, "service": outside, "site": SITE}
    app.jinja_env.filters |= {"moment": lambda at: format_moment(LANGUAGE, at)}
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    @app.get("/")
    def front() -> str:
        return render_template("demo/front.html", lead=LEAD, others=_others(LEAD))

    @app.get("/articles/<slug>")
    def article(slug: str) -> Response:
        story = ARTICLES.get(slug) or abort(404)
        discussion = _discussion(fragments, outside, story, absolute(story.path))
        html = render_template(
            "demo/article.html", article=story, others=_others(story), discussion=discussion
        )
        # The form in it belongs to this reader alone.
        return Response(html, headers={"Cache-Control": "no-store"})

    @app.get("/healthz")
    def healthz() -> Response:
        return Response("ok\n", content_type="text/plain; charset=utf-8")

    @app.errorhandler(404)
    def missing(_error: Exception) -> tuple[str, int]:
        return render_template("demo/missing.html"), 404

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = policy
        response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    return app


def app_from_environment() -> Flask:
    """``create_site`` by ``DEMO_SERVICE_URL`` (needed), ``DEMO_PUBLIC_SERVICE_URL`` and ``DEMO_SITE_URL``."""
    return create_site(
        os.environ["DEMO_SERVICE_URL"],
        public_service_url=os.environ.get("DEMO_PUBLIC_SERVICE_URL"),
        site_url=os.environ.get("DEMO_SITE_URL"),
    )


def _discussion(fragments: Fragments, service: str, story: Article, url: str) -> Discussion:
    """Both fragments within one deadline: a service that hangs costs the reader three seconds, not six."""
    deadline = Deadline(TIMEOUT)
    thread = {"thread": story.key, "url": url, "title": story.title, "lang": LANGUAGE}
    listed = fragments.discussion({"thread": story.key, "lang": LANGUAGE}, _asked(_FOR_LIST), deadline)
    form = fragments.form(thread, _asked(_FOR_FORM), deadline)
    return Discussion(
        thread=thread,
        # The service is this newspaper's own supplier and sanitises what readers wrote.
        comments=Markup(listed) if listed else None,  # noqa: S704
        form=Markup(form) if form else None,  # noqa: S704
        page_url=f"{service}/v1/sites/{SITE}/page?{urlencode(thread)}",
    )


def _asked(names: tuple[str, ...]) -> dict[str, str]:
    given = {name: request.args.get(name, "") for name in names}
    return {name: value for name, value in given.items() if 0 < len(value) <= _MAX_FORWARDED}


def _others(story: Article) -> list[Article]:
    return [article for article in ARTICLES.values() if article is not story]


def _address(url: str) -> str:
    if origin_of(url) is None or urlsplit(url).query or urlsplit(url).fragment:
        raise ValueError(f"not an http(s) address: {url!r}")
    return url.rstrip("/")


def _content_policy(service: str) -> str:
    origin = origin_of(service)
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src {origin}",
            f"style-src 'self' {origin}",
            f"connect-src {origin}",
            f"form-action {origin} 'self'",
            "img-src 'self' data:",
            "base-uri 'none'",
        )
    )
