"""The form: an answer of its own, never cached, since every one holds a submission id of its own.

And the plain page: thread and form, for readers without JavaScript and for sites that only link to it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from flask import Response, g
from markupsafe import Markup

from service.domain.errors import InvalidError, NotFoundError
from service.domain.site import SLUG
from service.domain.submission import LIMITS, TOKEN
from service.domain.threads import thread_key
from service.i18n import LANGUAGES, language_name
from service.queries import site_setup
from service.queries.site_setup import FormView, SiteView
from service.web.api import ApiBlueprint, problems
from service.web.context import answer_language, container, read_published
from service.web.errors import field_text
from service.web.public import query
from service.web.public.links import site_address
from service.web.public.published import fragment_html, page_of
from service.web.public.schemas import ANY_LANG, ANY_THREAD, COMMENT, CURSOR, ORDER, URL, parameter
from service.web.rendering import render

TYPED = ("thread", "url", "title", "name", "email", "website", "body", "parent")
TITLE = parameter("title", "The article's title; only starts an unknown thread", maxLength=2_048)
PARENT = parameter("parent", "The public comment to answer", maxLength=2_048)


def register(blueprint: ApiBlueprint) -> None:
    @blueprint.route("/v1/sites/<site>/form", methods=["GET"])
    @blueprint.doc(
        summary="The comment form as an HTML fragment",
        operationId="form",
        parameters=[ANY_THREAD, URL, TITLE, PARENT, ANY_LANG],
    )
    @blueprint.response(200, content_type="text/html", schema={"type": "string"})
    @problems(400, 404, 503)
    def form(site: str) -> Any:
        """Holds a fresh submission id, so it is never cached."""
        g.fragment = True
        view = _view(site)
        html = _render_form(view, _asked(), answer_language(view.site.policy.language))
        return _html(html)

    @blueprint.route("/v1/sites/<site>/page", methods=["GET"])
    @blueprint.doc(
        summary="Thread and form as a plain page",
        operationId="page",
        parameters=[ANY_THREAD, URL, TITLE, PARENT, ANY_LANG, ORDER, CURSOR, COMMENT],
    )
    @blueprint.response(200, content_type="text/html", schema={"type": "string"})
    @problems(400, 404, 503)
    def page(site: str) -> Any:
        """Works without JavaScript."""
        view = _view(site)
        return _html(_page(view, _asked(), answer_language(view.site.policy.language)))


def form_page(site: SiteView, raw: Mapping[str, object], language: str, error: InvalidError) -> Response:
    """422: the page again, every field with what was typed and what is wrong with it."""
    values = {name: str(raw.get(name) or "") for name in (*TYPED, "submission_id", TOKEN)}
    view = _look(site.slug, values)
    messages = {f.field: field_text(f, language) for f in error.fields}
    return _html(_page(view, values, language, messages), 422)


def _view(slug: str) -> FormView:
    query.known_thread(query.one("url"))
    return _look(slug, _asked())


def _look(slug: str, values: Mapping[str, str]) -> FormView:
    if not SLUG.fullmatch(slug):
        raise NotFoundError("site_not_found")
    key = thread_key(values["thread"], values["url"])
    key = key if len(key) <= LIMITS["thread"] else ""
    parent, now = _parent(values["parent"]), container().clock()
    return read_published(
        lambda s: site_setup.form_view(s, slug, key, values["url"], values["title"], parent, now)
    )


def _asked() -> dict[str, str]:
    given = {name: query.one(name) or "" for name in ("thread", "url", "title", "parent")}
    return {**dict.fromkeys((*TYPED, "submission_id"), ""), **given}


def _render_form(
    view: FormView, values: Mapping[str, str], language: str, errors: Mapping[str, str] | None = None
) -> Markup:
    site = view.site
    shown = dict(values)
    if view.reply_to is None and not errors:
        shown["parent"] = ""
    # A form that comes back keeps its id: what it sent was refused, so the id is still free.
    kept = "" if errors and "submission_id" in errors else values["submission_id"]
    shown["submission_id"] = kept or secrets.token_urlsafe(24)
    form = {
        "action": f"{_origin()}/v1/sites/{site.slug}/comments",
        "lang": language,
        "values": shown,
        "errors": errors or {},
        "problem": None,
        "email_required": site.policy.email == "required",
        "website": site.policy.website,
        "reply_to": view.reply_to,
        "closed": view.closed,
        "cancel_url": _page_url(site, shown, language) + "#taliq-form" if view.reply_to else None,
        "body_limit": LIMITS["body"],
        "token": values.get(TOKEN) or _token(site, values),
        "site_name": site.name,
        "privacy_url": site.policy.privacy_url,
    }
    return Markup(render("public/form.html", language, form=form))  # noqa: S704 - our own template, escaped


def _token(site: SiteView, values: Mapping[str, str]) -> str:
    key = thread_key(values["thread"], values["url"])
    return container().signer.form_token(site.id, key, container().clock())


def _page(
    view: FormView, values: Mapping[str, str], language: str, errors: Mapping[str, str] | None = None
) -> str:
    site = view.site
    key = thread_key(values["thread"], values["url"])
    answered = values["parent"] if view.reply_to else ""
    published = page_of(site.slug, key, answered) if 0 < len(key) <= LIMITS["thread"] else None
    sought = query.one("comment")
    at = f"&{urlencode({'comment': sought})}#comment-{quote(sought)}" if sought else ""
    languages = [
        {
            "lang": tag,
            "name": language_name(tag),
            "url": _page_url(site, values, tag) + at,
            "current": tag == language,
        }
        for tag in LANGUAGES
    ]
    nothing = Markup("")
    form, fragment = _render_form(view, values, language, errors), nothing
    # A reply is written under what it answers; one that was refused stands at the top of the page, with what to mend.
    in_place = bool(published and answered and not errors and published.holds(answered))
    if published:
        reply_form = form if in_place else None
        fragment = fragment_html(site.slug, published, language, values, reply_form=reply_form)
    return render(
        "public/page.html",
        language,
        fragment=fragment,
        form=nothing if in_place else form,
        thread_title=view.thread_title or None,
        thread_url=view.thread_url,
        site_name=site.name,
        languages=languages,
        feed_url=site_address(site.slug, "feed", thread=key) if published else None,
        has_errors=bool(errors),
    )


def _page_url(site: SiteView, values: Mapping[str, str], language: str) -> str:
    named = {name: values[name] for name in ("thread", "url", "title") if values.get(name)}
    return f"{_origin()}/v1/sites/{site.slug}/page?{urlencode({**named, 'lang': language})}"


def _parent(typed: str) -> UUID | None:
    try:
        return UUID(typed) if typed else None
    except ValueError:
        return None


def _origin() -> str:
    return container().settings.public_origin


def _html(html: str, status: int = 200) -> Response:
    response = Response(html, status, content_type="text/html; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
