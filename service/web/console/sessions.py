"""One's own account: where it is signed in, and its password. For everybody at the desk."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Blueprint, Response

from service.domain.errors import InvalidError
from service.queries import access
from service.web.console.outcome import acted, id_in, page, told, typed_in
from service.web.console.session import Desk, acting, at_desk, set_cookie
from service.web.context import container, throttle
from service.web.errors import field_text
from service.web.rendering import see_other

PATH = "/console/sessions"


def register(blueprint: Blueprint) -> None:
    @blueprint.get("/sessions")
    @at_desk
    def sessions(desk: Desk) -> Response:
        return _page(desk)

    @blueprint.post("/sessions/end")
    @acting
    def end_session(desk: Desk, form: Mapping[str, str]) -> Response:
        session, end = id_in(form.get("session"), "session"), container().manage_sessions.end
        return acted(desk, PATH, "session_ended", lambda: end(desk.moderator.id, session))

    @blueprint.post("/sessions/end-others")
    @acting
    def end_other_sessions(desk: Desk, form: Mapping[str, str]) -> Response:
        end = container().manage_sessions.end_others
        return acted(desk, PATH, "sessions_ended", lambda: end(desk.moderator.id, desk.cookie))

    @blueprint.post("/password")
    @acting
    def change_password(desk: Desk, form: Mapping[str, str]) -> Response:
        throttle().password(str(desk.moderator.id))
        change = container().manage_sessions.change_password
        try:
            value = change(desk.cookie, form.get("current", ""), form.get("password", ""))
        except InvalidError as error:
            return _page(desk, {f.field: field_text(f, desk.language) for f in error.fields})
        response = see_other(f"{PATH}?{urlencode({'site': desk.site.slug, 'done': 'password_changed'})}")
        set_cookie(response, value)
        return response


def _page(desk: Desk, errors: Mapping[str, str] | None = None) -> Response:
    """What was typed as a password never comes back."""
    now = container().clock()
    html = desk.page(
        "console/sessions.html",
        sessions=container().reader.run(
            lambda s: access.sessions_of(s, desk.moderator.id, desk.cookie, now)
        ),
        secured=container().reader.run(lambda s: access.recovery_codes_left(s, desk.moderator.id)) is not None,
        errors=typed_in(errors),
        return_to=f"{PATH}?{urlencode({'site': desk.site.slug})}",
        notice=told(desk),
    )
    return page(html, 422 if errors else 200)
