"""One's own second factor: set up, confirmed, taken off. Its secrets are shown in answers to acts only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import urlencode

from flask import Blueprint, Response

from service.domain.errors import InvalidError
from service.queries import access
from service.usecases.manage_second_factor import Enrolment
from service.web.console.outcome import acted, page, told, typed_in
from service.web.console.session import Desk, acting, at_desk
from service.web.context import container, throttle
from service.web.errors import field_text

PATH = "/console/second-factor"
T = TypeVar("T")


def register(blueprint: Blueprint) -> None:
    @blueprint.get("/second-factor")
    @at_desk
    def second_factor(desk: Desk) -> Response:
        return _page(desk)

    @blueprint.post("/second-factor/begin")
    @acting
    def begin_second_factor(desk: Desk, form: Mapping[str, str]) -> Response:
        throttle().password(str(desk.moderator.id))
        start = container().manage_second_factor.start
        return _tried(
            desk,
            lambda: start(desk.moderator.id, form.get("current", "")),
            lambda made: _page(desk, enrolment=made),
            lambda errors: _page(desk, errors),
        )

    @blueprint.post("/second-factor/confirm")
    @acting
    def confirm_second_factor(desk: Desk, form: Mapping[str, str]) -> Response:
        throttle().code(str(desk.moderator.id))
        manage = container().manage_second_factor
        return _tried(
            desk,
            lambda: manage.confirm(desk.moderator.id, form.get("code", "")),
            lambda codes: _page(desk, codes=codes),
            lambda errors: _page(desk, errors, enrolment=manage.waiting(desk.moderator.id)),
        )

    @blueprint.post("/second-factor/off")
    @acting
    def second_factor_off(desk: Desk, form: Mapping[str, str]) -> Response:
        throttle().code(str(desk.moderator.id))
        take_off = container().manage_second_factor.take_off
        return acted(
            desk, PATH, "second_factor_off", lambda: take_off(desk.moderator.id, form.get("code", ""))
        )


def _tried(
    desk: Desk,
    act: Callable[[], T],
    done: Callable[[T], Response],
    refused: Callable[[Mapping[str, str]], Response],
) -> Response:
    try:
        return done(act())
    except InvalidError as error:
        return refused({f.field: field_text(f, desk.language) for f in error.fields})


def _page(
    desk: Desk,
    errors: Mapping[str, str] | None = None,
    enrolment: Enrolment | None = None,
    codes: list[str] | None = None,
) -> Response:
    left = container().reader.run(lambda s: access.recovery_codes_left(s, desk.moderator.id))
    html = desk.page(
        "console/second_factor.html",
        left=left,
        enrolment=enrolment,
        codes=codes,
        errors=typed_in(errors),
        return_to=f"{PATH}?{urlencode({'site': desk.site.slug})}",
        notice=told(desk),
    )
    return page(html, 422 if errors else 200)
