"""The receipt: what became of one comment, and what its author may still do, for whoever holds the private link.

GET shows and POST acts. No account, no cookie, no script: the address is the secret, so it goes into no log, no
``Referer`` and no other site's page.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Response, g, jsonify, request
from markupsafe import Markup

from service.domain.errors import FieldError, ForbiddenError, InvalidError, MalformedError, NotFoundError
from service.domain.site import SLUG
from service.domain.snapshot import timestamp
from service.domain.submission import LIMITS
from service.queries import receipts
from service.queries.receipts import ReceiptView
from service.web.api import HTML, ApiBlueprint, problems
from service.web.context import answer_language, container, throttle
from service.web.errors import field_text
from service.web.overload import refuse_late
from service.web.parsing import FORM, read_fields
from service.web.public import query
from service.web.public.schemas import ANY_LANG, EditSchema, ExportSchema, ReceiptSchema, StatusSchema, parameter
from service.web.rendering import render, see_other
from service.web.security import network, public_read

#: What a receipt page can say it has just done.
DONE = ("sent", "edited", "withdrawn", "erased")
#: What is asked about first, on a page of its own.
ASKED = ("edit", "withdraw", "erase")
SENT = parameter("done", "What has just been done", enum=["", *DONE])

CODE = parameter("code", "From the answer to a page's script", required=True, minLength=1, maxLength=200)


def register(blueprint: ApiBlueprint) -> None:
    @blueprint.route("/v1/sites/<site>/receipts/<receipt>", methods=["GET"])
    @blueprint.doc(summary="What became of a comment", operationId="receipt", parameters=[ANY_LANG, SENT])
    @blueprint.response(200, ReceiptSchema)
    @blueprint.alt_response(200, schema={"type": "string"}, content_type=HTML, success=True)
    @problems(400, 404, 503, page=True)
    def show(site: str, receipt: str) -> Any:
        """JSON, or a page for a browser. Spam is called rejected here."""
        g.wants_page = request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html"
        view = _read(site, receipt)
        done = query.one_of("done", DONE, "")
        response = _page(site, receipt, view, done=done) if g.wants_page else _data(view)
        response.vary.add("Accept")
        return _secret(response)

    for act in ASKED:
        _register_ask(blueprint, act)

    @blueprint.route("/v1/sites/<site>/receipts/<receipt>/edit", methods=["POST"])
    @blueprint.doc(
        summary="Change the text", operationId="receiptEdit", requestBody=_body(EditSchema), parameters=[ANY_LANG]
    )
    @blueprint.response(200, ReceiptSchema)
    @blueprint.alt_response(303, description="Back to the receipt; for forms", success=True)
    @problems(400, 403, 404, 409, 413, 415, 422, 429, 503, page=True)
    def edit(site: str, receipt: str) -> Any:
        """Within the site's time for it. An approved text stays up until the new one is approved."""
        raw = _own_fields(site, receipt)
        try:
            container().amend_comment.amend(site, receipt, raw)
        except InvalidError as error:
            if not g.wants_page:
                raise
            return _secret(_act_page(site, receipt, _read(site, receipt), "edit", raw, error))
        return _acted(site, receipt, "edited")

    @blueprint.route("/v1/sites/<site>/receipts/<receipt>/withdraw", methods=["POST"])
    @blueprint.doc(summary="Take the comment back", operationId="receiptWithdraw", parameters=[ANY_LANG])
    @blueprint.response(200, ReceiptSchema)
    @blueprint.alt_response(303, description="Back to the receipt; for forms", success=True)
    @problems(400, 403, 404, 409, 413, 415, 429, 503, page=True)
    def withdraw(site: str, receipt: str) -> Any:
        """No reader sees it any more, and no moderator can bring it back. Asked again it stays done."""
        _own_fields(site, receipt)
        container().withdraw_comment.withdraw(site, receipt)
        return _acted(site, receipt, "withdrawn")

    @blueprint.route("/v1/sites/<site>/receipts/<receipt>/erase", methods=["POST"])
    @blueprint.doc(summary="Erase everything the author wrote", operationId="receiptErase", parameters=[ANY_LANG])
    @blueprint.response(200, ReceiptSchema)
    @blueprint.alt_response(303, description="Back to the receipt; for forms", success=True)
    @problems(400, 403, 404, 413, 415, 429, 503, page=True)
    def erase(site: str, receipt: str) -> Any:
        """Text, name, website and address leave the database for good. An empty place stays where others replied."""
        _own_fields(site, receipt)
        container().erase_comment.erase(site, receipt)
        return _acted(site, receipt, "erased")

    @blueprint.route("/v1/sites/<site>/receipts/<receipt>/export", methods=["POST"])
    @blueprint.doc(
        summary="Everything kept of this comment",
        operationId="receiptExport",
        requestBody={**_body(ExportSchema), "required": False},
        parameters=[ANY_LANG],
    )
    @blueprint.response(200, content_type="application/json", schema={"type": "object"})
    @problems(400, 403, 404, 413, 415, 422, 429, 503, page=True)
    def export(site: str, receipt: str) -> Any:
        """A JSON file. The email is in it only when the right one is sent along."""
        raw = _own_fields(site, receipt)
        given = raw.get("email")
        if given is not None and not isinstance(given, str):
            raise InvalidError([FieldError("email", "not_text")])
        typed = given or ""
        signer, vault = container().signer, container().vault
        try:
            data = container().reader.run(
                lambda s: receipts.export_receipt(s, signer, vault, site, receipt, typed)
            )
        except InvalidError as error:
            view = _read(site, receipt)
            if not g.wants_page:
                raise
            text = field_text(error.fields[0], answer_language(view.language))
            return _secret(_page(site, receipt, view, export_error=text, typed=typed))
        response = Response(json.dumps(data, ensure_ascii=False, indent=1), content_type="application/json")
        response.headers["Content-Disposition"] = 'attachment; filename="comment.json"'
        return _secret(response)

    @blueprint.route("/v1/sites/<site>/receipts/open", methods=["GET"])
    @blueprint.doc(
        summary="To the receipt, from the page where it was written",
        operationId="receiptOpen",
        parameters=[CODE, ANY_LANG],
    )
    @blueprint.response(303, description="To the receipt page")
    @problems(400, 404, 503, page=True)
    def open_(site: str) -> Any:
        """Good for 24 hours. A page's script cannot read where it leads: the receipt shows on this origin only."""
        g.wants_page = True
        code = query.one("code")
        if code is None:
            raise MalformedError("bad_parameter", public={"parameter": "code"})
        signer, now = container().signer, container().clock()
        _check_slug(site)
        receipt = container().reader.run(lambda s: receipts.receipt_of_code(s, signer, site, code, now))
        return _secret(see_other(receipt_address(site, receipt, answer_language(), done="sent")))

    @blueprint.route("/v1/sites/<site>/status/<token>", methods=["GET"])
    @blueprint.doc(summary="Where a comment stands, and nothing else", operationId="status")
    @blueprint.response(200, StatusSchema)
    @problems(404, 503)
    def status(site: str, token: str) -> Any:
        """For the browser it was written in. Readable by any page: the token opens no more than this."""
        signer = container().signer
        _check_slug(site)
        view = container().reader.run(lambda s: receipts.read_status(s, signer, site, token))
        facts = {"id": str(view.comment), "status": view.status, "edit_waiting": view.edit_waiting}
        return _secret(jsonify({**facts, **({"reason": view.reason} if view.reason else {})}))

    blueprint.after_request(_status_readable)


def _register_ask(blueprint: ApiBlueprint, act: str) -> None:
    @blueprint.route(f"/v1/sites/<site>/receipts/<receipt>/{act}", methods=["GET"], endpoint=f"ask_{act}")
    @blueprint.doc(
        summary=f"The page that asks before it acts: {act}",
        operationId=f"receiptAsk{act.capitalize()}",
        parameters=[ANY_LANG],
    )
    @blueprint.response(200, content_type=HTML, schema={"type": "string"})
    @problems(404, 503, page=True)
    def ask(site: str, receipt: str) -> Any:
        """Nothing has happened yet: the button of this page is a POST to the same address."""
        g.wants_page = True
        return _secret(_act_page(site, receipt, _read(site, receipt), act))


def receipt_address(slug: str, receipt: str, language: str, *, done: str = "", act: str = "") -> str:
    """The receipt's page, or one of its acts."""
    address = f"{container().settings.public_origin}/v1/sites/{slug}/receipts/{receipt}"
    return f"{address}{'/' if act else ''}{act}?{f'done={done}&' if done else ''}lang={language}"


def _status_readable(response: Response) -> Response:
    return public_read(response) if request.endpoint == "public.status" else response


def _secret(response: Response) -> Response:
    """The address is the secret: kept by no cache, and travelling not even to our own style sheets."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _read(slug: str, receipt: str) -> ReceiptView:
    _check_slug(slug)
    signer, now = container().signer, container().clock()
    return container().reader.run(lambda s: receipts.read_receipt(s, signer, slug, receipt, now))


def _own_fields(slug: str, receipt: str) -> Mapping[str, object]:
    """What was sent to act with. A page of another site may not act, even where it knows the address."""
    g.wants_page = request.mimetype == FORM
    bare = not request.mimetype and not request.content_length
    raw: Mapping[str, object] = {} if bare else read_fields(request)[0]
    g.kept = {"body": str(raw["body"])} if raw.get("body") else None
    _check_slug(slug)
    refuse_late()
    throttle().submission(network())
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise ForbiddenError("origin_not_allowed")
    if g.wants_page:
        g.back_url = receipt_address(slug, receipt, answer_language())
    return raw


def _acted(slug: str, receipt: str, done: str) -> Response:
    if g.wants_page:
        return _secret(see_other(receipt_address(slug, receipt, answer_language(), done=done)))
    return _secret(_data(_read(slug, receipt)))


def _check_slug(slug: str) -> None:
    if not SLUG.fullmatch(slug):
        raise NotFoundError("site_not_found")


def _data(view: ReceiptView) -> Response:
    until = view.editable_until
    return jsonify(
        id=str(view.comment),
        status=view.status,
        reason=view.reason,
        edit_waiting=view.edit_waiting,
        editable_until=timestamp(until) if until else None,
        created_at=timestamp(view.created_at),
        thread=view.thread_key,
    )


def _page(
    slug: str, receipt: str, view: ReceiptView, *, done: str = "", export_error: str = "", typed: str = ""
) -> Response:
    language = answer_language(view.language)
    html = render(
        "public/receipt.html",
        language,
        done=done,
        export_error=export_error,
        typed=typed,
        **_shown(slug, receipt, view, language),
    )
    return Response(html, 422 if export_error else 200, content_type="text/html; charset=utf-8")


def _act_page(
    slug: str,
    receipt: str,
    view: ReceiptView,
    act: str,
    raw: Mapping[str, object] | None = None,
    error: InvalidError | None = None,
) -> Response:
    language = answer_language(view.language)
    typed = str(raw.get("body") or "") if raw is not None else view.text
    html = render(
        "public/receipt_edit.html" if act == "edit" else "public/receipt_take_back.html",
        language,
        act=act,
        typed=typed,
        error=field_text(error.fields[0], language) if error else "",
        limit=LIMITS["body"],
        **_shown(slug, receipt, view, language),
    )
    return Response(html, 422 if error else 200, content_type="text/html; charset=utf-8")


def _shown(slug: str, receipt: str, view: ReceiptView, language: str) -> dict[str, object]:
    return {
        "receipt": view,
        "status": view.status,
        "body_html": Markup(view.html),  # noqa: S704 - sanitised when it was stored
        "address": receipt_address(slug, receipt, language),
        "acts": {
            act: receipt_address(slug, receipt, language, act=act) for act in ("edit", "withdraw", "erase", "export")
        },
    }


def _body(schema: type) -> dict[str, object]:
    return {"required": True, "content": {"application/json": {"schema": schema}, FORM: {"schema": schema}}}
