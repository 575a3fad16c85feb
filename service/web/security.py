"""Headers, origins, networks and the console's form tokens."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import Flask, Response, current_app, g, request
from itsdangerous import BadSignature, URLSafeSerializer

from service.domain.errors import ForbiddenError
from service.text.urls import origin_of
from service.web.context import container
from service.web.throttle import client_network

SESSION_COOKIE = "taliq-console"
#: How long after the password the code may come.
CODE_SECONDS = 300
#: Pages of ours: everything from ourselves, nothing inline, framed by nobody.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
#: Answers that are no pages: opened directly they can do nothing at all.
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"


def register(app: Flask) -> None:
    app.after_request(_set_headers)


def _set_headers(response: Response) -> Response:
    headers = response.headers
    page = response.mimetype == "text/html" and not g.get("fragment", False)
    headers.setdefault("Content-Security-Policy", PAGE_POLICY if page else DATA_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("X-Frame-Options", "DENY")
    # Not no-referrer: under that, browsers send "Origin: null" with forms, and origins could not be checked.
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    shared = request.blueprint in ("public", "assets") or request.endpoint == "static"
    headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if shared else "same-origin")
    headers.setdefault("Cache-Control", "no-store")
    if container().settings.secure:
        headers.setdefault("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
    return response


def public_read(response: Response) -> Response:
    """Anybody's page may read this answer: it holds nothing but what is public, and no cookie is looked at."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "ETag"
    return response


def check_origin(origins: tuple[str, ...]) -> str | None:
    """The origin to name in the answer's CORS header, ``None`` for none.

    A browser says where a form or a script posts from. A foreign page may not post a reader's comment;
    programs send no ``Origin``. ``null`` comes from pages that hide where they are: their forms are taken,
    their scripts get no leave to read the answer.
    """
    origin = request.headers.get("Origin")
    if origin is None or origin == "null":
        return None
    if origin == container().settings.public_origin:
        return None
    if origin not in origins:
        raise ForbiddenError("origin_not_allowed")
    return origin


def allow_origin(response: Response, origin: str | None) -> Response:
    """Answers for exactly one origin; caches are told that the answer depends on it."""
    response.vary.add("Origin")
    if origin:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = "Retry-After"
    return response


def network() -> str:
    """The network the request comes from; for counting, never for keeping."""
    proxies = container().settings.proxies()
    return client_network(request.remote_addr, request.headers.get("X-Forwarded-For"), proxies)


def csrf_token(session: str) -> str:
    """The token for the forms of one console session: signed, nothing stored."""
    return _signer().dumps(session[:16])


def check_csrf(token: object, session: str) -> None:
    """``ForbiddenError`` unless the form came from a page of ours in this session."""
    check_same_origin()
    try:
        if isinstance(token, str) and _signer().loads(token) == session[:16]:
            return
    except BadSignature:
        pass
    raise ForbiddenError("csrf_failed")


def check_same_origin() -> None:
    """The second lock: the browser's own word on where the request comes from, when it gives one."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise ForbiddenError("csrf_failed")
    origin = request.headers.get("Origin")
    if origin is None:
        return
    given = origin_of(origin)
    if given is None or given not in (container().settings.public_origin, origin_of(request.host_url)):
        raise ForbiddenError("csrf_failed")


def code_proof(moderator: UUID, password_mark: str, at: datetime) -> str:
    """Goes into the page that asks for the code: its holder has given the password, and may be minutes about it."""
    return _code_signer().dumps([str(moderator), password_mark, int(at.timestamp())])


def read_code_proof(proof: str, now: datetime) -> tuple[UUID, str] | None:
    """What a proof of ours says, while it is young enough."""
    try:
        moderator, password_mark, at = _code_signer().loads(proof)
    except BadSignature:
        return None
    return (UUID(moderator), password_mark) if 0 <= int(now.timestamp()) - at <= CODE_SECONDS else None


def _code_signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.extensions["taliq"].session_key, salt="second-factor")


def _signer() -> URLSafeSerializer:
    key = current_app.extensions["taliq"].session_key
    return URLSafeSerializer(key, salt="console-form")
