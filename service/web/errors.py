"""The one table from errors to HTTP, and the one shape of an error: an RFC 9457 problem document.

Pages get a page. Unknown errors are 500 with a request id and nothing else; the log has the rest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import structlog
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from service.domain import errors as kinds
from service.domain.errors import FieldError, InvalidError, RateLimitedError, ServiceError
from service.i18n import DEFAULT_LANGUAGE, has_text, t
from service.web.context import answer_language
from service.web.rendering import render

STATUS: Mapping[type[ServiceError], int] = {
    kinds.MalformedError: 400,
    kinds.UnauthenticatedError: 401,
    kinds.ForbiddenError: 403,
    kinds.NotFoundError: 404,
    kinds.ConflictError: 409,
    kinds.TooLargeError: 413,
    kinds.UnsupportedMediaTypeError: 415,
    kinds.InvalidError: 422,
    kinds.RateLimitedError: 429,
    kinds.UnavailableError: 503,
}
#: What Werkzeug finds before a view is reached.
_BY_STATUS = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "unsupported_media_type"}
PROBLEM = "application/problem+json"
RETRY_SECONDS = 5
log = structlog.get_logger("taliq")


def register(app: Flask) -> None:
    app.register_error_handler(ServiceError, _service_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unknown_error)


def problem(error: ServiceError, language: str) -> dict[str, object]:
    """The problem document of an error, in the reader's language."""
    document: dict[str, object] = {
        "type": "about:blank",
        "title": error_text(error.code, language),
        "status": status_of(error),
        "code": error.code,
        "detail": error_text(error.code, language, ".detail"),
        "request_id": g.request_id,
    }
    if isinstance(error, InvalidError):
        document["fields"] = [
            {"field": f.field, "code": f.code, "message": field_text(f, language)} for f in error.fields
        ]
    # What the document itself says stands: a public fact of the same name must not hide the HTTP status.
    return {**document, **error.public, **document}


def problem_response(error: ServiceError, language: str) -> Response:
    body = json.dumps(problem(error, language), ensure_ascii=False)
    response = Response(body, status_of(error), content_type=PROBLEM)
    return _with_retry(response, error)


def problem_page(
    error: ServiceError, language: str, *, back_url: str | None = None, kept: Mapping[str, str] | None = None
) -> Response:
    """The error as a page, for somebody who sent a form. ``kept`` is the text they typed: it comes back."""
    page = render(
        "errors/page.html",
        language,
        status=status_of(error),
        title=error_text(error.code, language),
        detail=error_text(error.code, language, ".detail"),
        back_url=back_url,
        kept=kept,
        request_id=g.request_id,
    )
    return _with_retry(Response(page, status_of(error), content_type="text/html; charset=utf-8"), error)


def status_of(error: ServiceError) -> int:
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 500)


def error_text(code: str, language: str, part: str = "") -> str:
    key = f"error.{code}{part}"
    return t(language, key if has_text(key) else f"error.internal{part}")


def field_text(error: FieldError, language: str) -> str:
    return t(language, f"field.{error.code}", **error.params)


def _service_error(error: ServiceError) -> Response:
    if error.private:
        log.warning("refused", code=error.code, **error.private)
    return _answer(error)


def _http_error(error: HTTPException) -> Response:
    if error.response is not None or (error.code or 500) < 400:
        return error.get_response()  # type: ignore[return-value]
    wrapped = ServiceError(_BY_STATUS.get(error.code or 500, "malformed_request"))
    response = _answer(wrapped, status=error.code)
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _unknown_error(error: Exception) -> Response:
    log.error("defect", exc_info=error)
    return _answer(ServiceError("internal"))


def _answer(error: ServiceError, status: int | None = None) -> Response:
    """A page for people who look at a screen, with what they typed; a problem document for everything else."""
    as_page = request.path.startswith("/console") or g.get("wants_page", False)
    language = answer_language(g.get("site_language", DEFAULT_LANGUAGE))
    if as_page:
        response = problem_page(error, language, back_url=g.get("back_url"), kept=g.get("kept"))
    else:
        response = problem_response(error, language)
    if status is not None:
        response.status_code = status
        if not as_page:
            response.data = json.dumps({**problem(error, language), "status": status}, ensure_ascii=False)
    return response


def _with_retry(response: Response, error: ServiceError) -> Response:
    if isinstance(error, RateLimitedError):
        response.headers["Retry-After"] = str(error.retry_after)
    elif response.status_code == 503:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
