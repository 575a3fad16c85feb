"""The private address: shown, or asked for, by those who may. Both are forms; neither puts it into an address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response

from service.domain.access import Permission
from service.domain.errors import InvalidError, MalformedError
from service.usecases.look_up_contact import FoundComment
from service.web.console.session import Desk, acting, at_desk
from service.web.context import container, throttle
from service.web.errors import field_text


def register(blueprint: Blueprint) -> None:
    @blueprint.post("/reveal")
    @acting
    def reveal(desk: Desk, form: Mapping[str, str]) -> Response:
        desk.principal.require(Permission.CONTACTS)
        try:
            comment = UUID(form.get("comment", ""))
        except ValueError:
            raise MalformedError("bad_parameter", public={"parameter": "comment"}) from None
        throttle().reveal(str(desk.moderator.id))
        address = container().reveal_contact.reveal(desk.principal, comment)
        return Response(
            desk.page("console/revealed.html", address=address, back_url=_comment(desk, comment)),
            content_type="text/html; charset=utf-8",
        )

    @blueprint.get("/look-up")
    @at_desk
    def look_up_form(desk: Desk) -> Response:
        desk.principal.require(Permission.CONTACTS)
        return _page(desk)

    @blueprint.post("/look-up")
    @acting
    def look_up(desk: Desk, form: Mapping[str, str]) -> Response:
        desk.principal.require(Permission.CONTACTS)
        typed = form.get("email", "")
        throttle().look_up(str(desk.moderator.id))
        try:
            return _page(desk, container().look_up_contact.look_up(desk.principal, typed))
        except InvalidError as error:
            return _page(desk, typed=typed[:254], error=error)


def _page(
    desk: Desk, found: Sequence[FoundComment] | None = None, typed: str = "", error: InvalidError | None = None
) -> Response:
    """The form, with what was found. What was typed comes back only to be mended."""
    rows = [
        {"url": _comment(desk, c.id), "name": c.name, "status": c.status, "created_at": c.created_at}
        for c in found or ()
    ]
    page = desk.page(
        "console/look_up.html",
        found=None if found is None else rows,
        typed=typed,
        error=field_text(error.fields[0], desk.language) if error else None,
    )
    return Response(page, 422 if error else 200, content_type="text/html; charset=utf-8")


def _comment(desk: Desk, comment: UUID) -> str:
    return f"/console/comments/{comment}?{urlencode({'site': desk.site.slug})}"
