"""A reader's comment arrives: JSON from a script, or a form from a browser without one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Response, g, request

from service.domain.errors import InvalidError, NotFoundError, ServiceError
from service.domain.moderation import Status
from service.domain.site import SLUG, SitePolicy
from service.domain.snapshot import timestamp
from service.domain.submission import REMEMBER
from service.queries import site_setup
from service.queries.site_setup import SiteView
from service.usecases.submit_comment import Answer
from service.web.api import HTML, ApiBlueprint, problems
from service.web.context import answer_language, container, throttle
from service.web.errors import problem_response
from service.web.overload import refuse_late
from service.web.parsing import FORM, read_fields
from service.web.public.form import form_page
from service.web.public.receipt import receipt_address
from service.web.public.schemas import AnswerSchema, SubmissionSchema
from service.web.rendering import render, see_other
from service.web.security import allow_origin, check_origin, network

#: What a page's script posts to, and reads the answer of.
SENDS = frozenset({"public.submit", "public.send_report"})
_BODY = {
    "required": True,
    "content": {
        "application/json": {"schema": SubmissionSchema},
        FORM: {"schema": SubmissionSchema},
    },
}


def register(blueprint: ApiBlueprint) -> None:
    @blueprint.route("/v1/sites/<site>/comments", methods=["POST"])
    @blueprint.doc(summary="Send a comment", requestBody=_BODY, operationId="submitComment")
    @blueprint.response(202, AnswerSchema, description="Held until somebody has looked at it")
    @blueprint.alt_response(202, schema={"type": "string"}, content_type=HTML, success=True)
    @blueprint.alt_response(201, schema=AnswerSchema, description="Published")
    @blueprint.alt_response(303, description="To the receipt page; for forms", success=True)
    @problems(400, 403, 404, 409, 413, 415, 422, 429, 503, page=True)
    def submit(site: str) -> Any:
        """The email is sealed and never published. Typed text always comes back with an error."""
        return create(site)

    @blueprint.route("/v1/sites/<site>/comments", methods=["OPTIONS"])
    @blueprint.doc(summary="CORS preflight for sending a comment", operationId="preflightSubmit")
    @blueprint.response(204)
    @problems(403, 404)
    def preflight(site: str) -> Any:
        """Names exactly the origin that asks, when it is one of the site's."""
        return preflight_answer(site)

    blueprint.after_request(_readable_refusal)


def preflight_answer(slug: str) -> Response:
    """Leave to post JSON, for exactly the origin that asks when it is one of the site's."""
    response = allow_origin(Response(status=204), check_origin(find_site(slug).policy.origins))
    response.headers["Access-Control-Allow-Methods"] = "POST"
    response.headers["Access-Control-Allow-Headers"] = "Content-Type"
    response.headers["Access-Control-Max-Age"] = "600"
    return response


def create(slug: str) -> Response:
    """A body that could be read comes back with every refusal, so it is read before anything else can refuse."""
    form = request.mimetype == FORM
    g.wants_page = form
    raw, _ = read_fields(request)
    g.lang = raw.get("lang")
    g.kept = {name: str(raw[name]) for name in ("body", "name", "email", "website") if raw.get(name)} or None
    refuse_late()
    throttle().submission(network())
    check_slug(slug)
    admitted = False

    def admit(policy: SitePolicy) -> None:
        nonlocal admitted
        g.site_language, g.back_url = policy.language, _own_url(policy, raw)
        g.origin = check_origin(policy.origins)
        admitted = True
        throttle().site(slug)

    try:
        # A browser without a script keeps nothing between two pages but cookies, and we set none: it is given nothing.
        sent = {**raw, REMEMBER: None} if form else raw
        answer = container().submit_comment.submit(slug, sent, network(), admit)
    except ServiceError as error:
        if not admitted or (form and not isinstance(error, InvalidError)):
            raise
        language = answer_language(g.site_language)
        if isinstance(error, InvalidError) and form:
            return form_page(find_site(slug), raw, language, error)
        # The page whose script asked has to be able to read the refusal too.
        return allow_origin(problem_response(error, language), g.origin)
    return _form_answer(slug, answer) if form else allow_origin(_json_answer(slug, answer), g.origin)


def _readable_refusal(response: Response) -> Response:
    """A refusal from before the site was looked up, and a defect: the page whose script asked can read them too."""
    readable = response.status_code < 400 or "Access-Control-Allow-Origin" in response.headers
    if request.endpoint not in SENDS or g.get("wants_page") or "Origin" not in request.headers or readable:
        return response
    try:
        origins = find_site((request.view_args or {})["site"]).policy.origins
        return allow_origin(response, check_origin(origins))
    except ServiceError:
        return response


def find_site(slug: str) -> SiteView:
    """The site of an address."""
    check_slug(slug)
    return container().reader.run(lambda s: site_setup.site_view(s, slug))


def check_slug(slug: str) -> None:
    """What cannot be a slug is not looked up."""
    if not SLUG.fullmatch(slug):
        raise NotFoundError("site_not_found")


def _json_answer(slug: str, answer: Answer) -> Response:
    """The same bytes for the same answer, whenever it is given.

    Any script of the page a comment was written on can read what is given to the embed. So it gets no receipt: only a
    token for the status, and an address that leads the reader, for a day, to the receipt on our own pages.
    """
    if answer.comment is None or answer.status is None or answer.created_at is None:
        return Response(json.dumps({"status": "received"}), 202, content_type="application/json")
    signer = container().signer
    body = {
        "id": str(answer.comment),
        "status": answer.status.value,
        "created_at": timestamp(answer.created_at),
        "status_token": signer.status_token(answer.comment),
    }
    if "Origin" in request.headers:
        code = signer.open_code(answer.comment, 0, answer.created_at)
        body["open"] = f"{container().settings.public_origin}/v1/sites/{slug}/receipts/open?code={code}"
    else:
        body["receipt"] = str(answer.receipt)
    if answer.device:
        body["device"] = answer.device
    status = 201 if answer.status is Status.APPROVED else 202
    return Response(json.dumps(body), status, content_type="application/json")


def _form_answer(slug: str, answer: Answer) -> Response:
    language = answer_language(g.site_language)
    if answer.receipt is None:
        page = render("public/received.html", language, thread_url=g.back_url)
        return Response(page, 202, content_type="text/html; charset=utf-8")
    return see_other(receipt_address(slug, answer.receipt, language, done="sent"))


def _own_url(policy: SitePolicy, raw: Mapping[str, object]) -> str | None:
    """Where to go back to: only ever a page of the site itself."""
    url = raw.get("url")
    return url if isinstance(url, str) and policy.owns(url) else None
