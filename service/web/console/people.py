"""The people of a site, and who of them saw addresses. For its admins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from flask import Blueprint, Response

from service.domain.access import ROLES, Permission
from service.domain.errors import ConflictError, InvalidError
from service.queries import access
from service.usecases.manage_people import NewPerson
from service.web.console.outcome import acted, id_in, page, told, typed_in
from service.web.console.session import Desk, acting, at_desk
from service.web.context import container
from service.web.errors import error_text, field_text

PATH = "/console/people"


def register(blueprint: Blueprint) -> None:
    @blueprint.get("/people")
    @at_desk
    def people(desk: Desk) -> Response:
        desk.principal.require(Permission.MANAGE)
        return _page(desk)

    @blueprint.post("/people")
    @acting
    def add_person(desk: Desk, form: Mapping[str, str]) -> Response:
        add, granted = container().manage_people.add, form.get("contacts") == "1"
        try:
            made = add(
                desk.principal, form.get("login", ""), form.get("name", ""), form.get("role", ""), granted
            )
        except InvalidError as error:
            errors = {f.field: field_text(f, desk.language) for f in error.fields}
            return _page(desk, form, errors)
        except ConflictError as error:
            return _page(desk, form, {"login": error_text(error.code, desk.language, ".detail")}, 409)
        return _page(desk, made=made)

    @blueprint.post("/people/change")
    @acting
    def change_person(desk: Desk, form: Mapping[str, str]) -> Response:
        person, granted = id_in(form.get("person"), "person"), form.get("contacts") == "1"
        change = container().manage_people.change
        return acted(
            desk, PATH, "person_changed", lambda: change(desk.principal, person, form.get("role", ""), granted)
        )

    @blueprint.post("/people/remove")
    @acting
    def remove_person(desk: Desk, form: Mapping[str, str]) -> Response:
        return _act(desk, form, "person_removed", container().manage_people.remove)

    @blueprint.post("/people/disable")
    @acting
    def disable_person(desk: Desk, form: Mapping[str, str]) -> Response:
        return _act(desk, form, "person_disabled", container().manage_people.disable)

    @blueprint.post("/people/enable")
    @acting
    def enable_person(desk: Desk, form: Mapping[str, str]) -> Response:
        return _act(desk, form, "person_enabled", container().manage_people.enable)


def _act(desk: Desk, form: Mapping[str, str], done: str, act: Callable[..., None]) -> Response:
    person = id_in(form.get("person"), "person")
    return acted(desk, PATH, done, lambda: act(desk.principal, person))


def _page(
    desk: Desk,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 422,
    made: NewPerson | None = None,
) -> Response:
    """The list, with the form as it was typed where something has to be mended."""
    reader, site = container().reader, desk.site
    html = desk.page(
        "console/people.html",
        people=reader.run(lambda s: access.people_of(s, site.id)),
        disclosures=[
            {
                "actor": d.actor,
                "kind": d.kind,
                "hits": d.hits,
                "at": d.at,
                "url": f"/console/comments/{d.comment}?{urlencode({'site': site.slug})}",
            }
            for d in reader.run(lambda s: access.disclosures_of(s, site.id))
        ],
        roles=list(ROLES),
        typed=typed_in(typed),
        errors=typed_in(errors),
        made=made,
        own=desk.moderator.id,
        return_to=f"{PATH}?{urlencode({'site': site.slug})}",
        notice=told(desk),
    )
    return page(html, status if errors else 200)
