"""Signing in and out, and the language of the desk."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, request

from service.domain.errors import RateLimitedError, ServiceError, UnauthenticatedError
from service.i18n import known_language, staff_language, t
from service.text.client import client_label
from service.usecases.sign_in import AwaitsCode
from service.web.console.session import (
    Desk,
    acting,
    cookie_name,
    find_signed_in,
    own_path,
    page_language,
    set_cookie,
)
from service.web.context import container, throttle
from service.web.parsing import read_form
from service.web.rendering import render, see_other
from service.web.security import check_same_origin, code_proof, network, read_code_proof


def register(blueprint: Blueprint) -> None:
    @blueprint.get("/login")
    def login() -> Response:
        after = own_path(request.args.get("next"))
        if find_signed_in(request.cookies.get(cookie_name())):
            return see_other(after)
        return _page(after)

    @blueprint.post("/login")
    def sign_in() -> Response:
        check_same_origin()
        form = read_form(request)
        name, after = form.get("login", ""), own_path(form.get("next"))
        language = staff_language(known_language(form.get("lang"), page_language()))
        try:
            throttle().sign_in(name.casefold(), network())
            client = client_label(request.headers.get("User-Agent", ""))
            value = container().sign_in.sign_in(name, form.get("password", ""), language, client)
        except (UnauthenticatedError, RateLimitedError) as error:
            return _page(after, name, error)
        if isinstance(value, AwaitsCode):
            return _code_page(after, code_proof(value.moderator, value.password_mark, container().clock()))
        return _entered(after, value)

    @blueprint.post("/login/code")
    def enter_code() -> Response:
        check_same_origin()
        form = read_form(request)
        proof, after = form.get("proof", ""), own_path(form.get("next"))
        proven = read_code_proof(proof, container().clock())
        if proven is None:
            return _page(after, error=UnauthenticatedError("sign_in_failed"))
        language = staff_language(known_language(form.get("lang"), page_language()))
        try:
            throttle().code(str(proven[0]))
            client = client_label(request.headers.get("User-Agent", ""))
            enter = container().sign_in.enter_code
            value = enter(AwaitsCode(*proven), form.get("code", ""), language, client)
        except (UnauthenticatedError, RateLimitedError) as error:
            return _code_page(after, proof, error)
        return _entered(after, value)

    @blueprint.post("/logout")
    @acting
    def sign_out(desk: Desk, form: Mapping[str, str]) -> Response:
        container().sign_in.sign_out(desk.cookie)
        response = see_other("/console/login")
        response.delete_cookie(cookie_name(), path="/", secure=container().settings.secure, httponly=True)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    @blueprint.post("/language")
    @acting
    def language(desk: Desk, form: Mapping[str, str]) -> Response:
        container().sign_in.renew(desk.cookie, staff_language(known_language(form.get("lang"), desk.language)))
        return see_other(own_path(form.get("return_to")))


def _entered(after: str, value: str) -> Response:
    response = see_other(after)
    set_cookie(response, value)
    return response


def _page(after: str, name: str = "", error: ServiceError | None = None) -> Response:
    return _entrance("console/login.html", "login.failed", after, error, login=name[:64])


def _code_page(after: str, proof: str, error: ServiceError | None = None) -> Response:
    return _entrance("console/login_code.html", "factor.failed", after, error, proof=proof)


def _entrance(template: str, failed: str, after: str, error: ServiceError | None, **more: str) -> Response:
    """A page before anybody is signed in, with what was wrong with the last attempt."""
    lang = staff_language(known_language(request.args.get("lang"), page_language()))
    text, status = None, 200
    if isinstance(error, RateLimitedError):
        text, status = t(lang, "error.rate_limited.detail"), 429
    elif error is not None:
        text, status = t(lang, failed), 401
    html = render(
        template,
        lang,
        error=text,
        next=after,
        csrf="",
        **more,
        moderator=None,
        sites=[],
        site=None,
        notice=None,
    )
    response = Response(html, status, content_type="text/html; charset=utf-8")
    if isinstance(error, RateLimitedError):
        response.headers["Retry-After"] = str(error.retry_after)
    return response
