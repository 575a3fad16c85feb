"""The receipt page: what became of one comment, for whoever holds its private link."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request
from markupsafe import Markup

from service.domain.errors import NotFoundError
from service.domain.site import SLUG
from service.domain.snapshot import timestamp
from service.queries import receipts
from service.queries.receipts import ReceiptView
from service.web.api import HTML, ApiBlueprint, problems
from service.web.context import answer_language, container
from service.web.public.schemas import ANY_LANG, ReceiptSchema, parameter
from service.web.rendering import render


def register(blueprint: ApiBlueprint) -> None:
    @blueprint.route("/v1/sites/<site>/receipts/<receipt>", methods=["GET"])
    @blueprint.doc(
        summary="What became of a comment",
        operationId="receipt",
        parameters=[ANY_LANG, parameter("sent", "1 when the reader comes straight from the form")],
    )
    @blueprint.response(200, ReceiptSchema)
    @blueprint.alt_response(200, schema={"type": "string"}, content_type=HTML, success=True)
    @problems(blueprint, 404, 503)
    def show(site: str, receipt: str) -> Any:
        """JSON, or a page for a browser. Spam is called rejected here."""
        view = _read(site, receipt)
        wants_page = request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html"
        response = _page(site, receipt, view) if wants_page else _data(view)
        response.headers["Cache-Control"] = "no-store"
        response.vary.add("Accept")
        # The address is the secret: it must not even travel with the requests for our own style sheets.
        response.headers["Referrer-Policy"] = "no-referrer"
        return response


def _read(slug: str, receipt: str) -> ReceiptView:
    if not SLUG.fullmatch(slug):
        raise NotFoundError("site_not_found")
    signer = container().signer
    return container().reader.run(lambda s: receipts.read_receipt(s, signer, slug, receipt))


def _data(view: ReceiptView) -> Response:
    return jsonify(
        id=str(view.comment),
        status=view.status,
        created_at=timestamp(view.created_at),
        thread=view.thread_key,
    )


def _page(slug: str, receipt: str, view: ReceiptView) -> Response:
    language = answer_language(view.language)
    html = render(
        "public/receipt.html",
        language,
        status=view.status,
        submitted_at=view.created_at,
        thread_url=view.thread_url,
        thread_title=view.thread_title or None,
        name=view.name,
        body_dir=view.direction,
        body_html=Markup(view.html),  # noqa: S704 - sanitised when it was stored
        just_sent=request.args.get("sent") == "1",
        receipt_url=f"{container().settings.public_origin}/v1/sites/{slug}/receipts/{receipt}?lang={language}",
    )
    return Response(html, content_type="text/html; charset=utf-8")
