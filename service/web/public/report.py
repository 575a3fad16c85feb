"""A reader reports a comment: a page that works by itself, and the same form for a page's script to put in place."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, g, jsonify, request
from markupsafe import Markup

from service.domain.errors import InvalidError, NotFoundError, ServiceError
from service.domain.moderation import REPORT_REASONS
from service.queries.reported import ReportedView, reported_view
from service.web.api import HTML, ApiBlueprint, problems
from service.web.context import answer_language, container, throttle
from service.web.errors import field_text, problem_response
from service.web.overload import refuse_late
from service.web.parsing import FORM, read_fields
from service.web.public import query
from service.web.public.links import Links, site_address
from service.web.public.schemas import ANY_LANG, ReportedSchema, ReportSchema, parameter
from service.web.public.submit import find_site, preflight_answer
from service.web.rendering import render, see_other
from service.web.security import allow_origin, check_origin, network

FRAGMENT = parameter("fragment", "1: only the form, to be put into a page", enum=["", "1"])
SENT = parameter("sent", "1: the report has just been sent", enum=["", "1"])
_BODY = {"required": True, "content": {"application/json": {"schema": ReportSchema}, FORM: {"schema": ReportSchema}}}


def register(blueprint: ApiBlueprint) -> None:
    @blueprint.route("/v1/sites/<site>/comments/<uuid:comment_id>/report", methods=["GET"])
    @blueprint.doc(
        summary="The form to report a comment with", operationId="report", parameters=[ANY_LANG, FRAGMENT, SENT]
    )
    @blueprint.response(200, content_type=HTML, schema={"type": "string"})
    @problems(400, 404, 503, page=True)
    def report(site: str, comment_id: UUID) -> Any:
        """A page, or a fragment. Only what is published can be reported."""
        g.fragment = request.args.get("fragment") == "1"
        g.wants_page = not g.fragment
        query.one_of("fragment", ("1",), "")
        sent = query.one_of("sent", ("1",), "") == "1"
        policy = find_site(site).policy
        g.site_language = policy.language
        language = answer_language(policy.language)
        view = _find(site, comment_id) if sent else _get(site, comment_id)
        name = "public/report_form.html" if g.fragment else "public/report.html"
        return _html(render(name, language, **_shown(site, comment_id, view, language, sent=sent)))

    @blueprint.route("/v1/sites/<site>/comments/<uuid:comment_id>/report", methods=["POST"])
    @blueprint.doc(summary="Report a comment", operationId="sendReport", requestBody=_BODY, parameters=[ANY_LANG])
    @blueprint.response(202, ReportedSchema)
    @blueprint.alt_response(303, description="To a page that says it has arrived; for forms", success=True)
    @problems(400, 403, 404, 413, 415, 422, 429, 503, page=True)
    def send_report(site: str, comment_id: UUID) -> Any:
        """Tells the moderators; hides nothing. Of who reports nothing is kept that could be read again."""
        return _receive(site, comment_id)

    @blueprint.route("/v1/sites/<site>/comments/<uuid:comment_id>/report", methods=["OPTIONS"])
    @blueprint.doc(summary="CORS preflight for reporting a comment", operationId="preflightReport")
    @blueprint.response(204)
    @problems(403, 404)
    def preflight_report(site: str, comment_id: UUID) -> Any:
        """The same for every comment, whether there is one or not."""
        return preflight_answer(site)


def _receive(slug: str, comment_id: UUID) -> Response:
    g.wants_page = form = request.mimetype == FORM
    raw, _ = read_fields(request)
    refuse_late()
    throttle().report(network())
    policy = find_site(slug).policy
    g.site_language = policy.language
    origin = check_origin(policy.origins)
    language = answer_language(policy.language)
    try:
        container().flag_comment.flag(slug, comment_id, raw.get("reason"), network())
    except ServiceError as error:
        if not form:
            # The page whose script asked has to be able to read the refusal too.
            return allow_origin(problem_response(error, language), origin)
        if isinstance(error, InvalidError):
            return _form_again(slug, comment_id, error, language)
        raise
    if form:
        return see_other(_address(slug, comment_id, language, sent="1"))
    answer = jsonify(status="received")
    answer.status_code = 202
    return allow_origin(answer, origin)


def _form_again(slug: str, comment_id: UUID, error: InvalidError, language: str) -> Response:
    message = field_text(error.fields[0], language)
    shown = _shown(slug, comment_id, _get(slug, comment_id), language, error=message)
    return _html(render("public/report.html", language, **shown), 422)


def _get(slug: str, comment_id: UUID) -> ReportedView:
    return container().reader.run(lambda s: reported_view(s, slug, comment_id))


def _find(slug: str, comment_id: UUID) -> ReportedView | None:
    """For thanks, which are due also when the comment was taken down just now."""
    try:
        return _get(slug, comment_id)
    except NotFoundError:
        return None


def _shown(
    slug: str, comment_id: UUID, view: ReportedView | None, language: str, *, sent: bool = False, error: str = ""
) -> dict[str, object]:
    """What page and fragment are made from. ``back`` leads to the comment in its thread."""
    return {
        "comment": view.comment if view else None,
        # Sanitised when it was stored.
        "body_html": Markup(view.comment.html) if view else "",  # noqa: S704
        "site_name": view.site.name if view else "",
        "thread_title": view.thread_title if view else "",
        "back": Links(slug, view.thread_key, language).comment(comment_id) if view else None,
        "address": _address(slug, comment_id, language),
        "reasons": REPORT_REASONS,
        "sent": sent,
        "error": error,
    }


def _address(slug: str, comment_id: UUID, language: str, **more: str) -> str:
    return site_address(slug, f"comments/{comment_id}/report", **more, lang=language)


def _html(html: str, status: int = 200) -> Response:
    return Response(html, status, content_type="text/html; charset=utf-8")
