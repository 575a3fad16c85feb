"""A site's lists of hosts and of mail domains: what there is, a list brought in by pasting it, and one taken away.

What is longer than a form may be is brought in at the command line.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Blueprint, Response

from service.domain.access import Permission
from service.domain.errors import InvalidError
from service.domain.host_lists import ACTIONS, MAX_NAME, read_list
from service.queries.site_lists import site_lists
from service.web.console.outcome import acted, id_in, page, told, typed_in
from service.web.console.session import Desk, acting, at_desk
from service.web.context import container
from service.web.errors import field_text

PATH = "/console/lists"
FIELDS = ("name", "kind", "action", "hosts")


def register(blueprint: Blueprint) -> None:
    @blueprint.get("/lists")
    @at_desk
    def lists(desk: Desk) -> Response:
        desk.principal.require(Permission.MANAGE)
        return _page(desk)

    @blueprint.post("/lists")
    @acting
    def bring_in(desk: Desk, form: Mapping[str, str]) -> Response:
        desk.principal.require(Permission.MANAGE)
        typed = {name: form.get(name, "") for name in FIELDS}
        label, replace = desk.principal.actor.label, container().manage_lists.replace
        kind, name, action = typed["kind"], typed["name"], typed["action"]
        lines = typed["hosts"].splitlines()
        try:
            read_list(kind, name, action, lines)
        except InvalidError as error:
            return _page(desk, typed, {f.field: field_text(f, desk.language) for f in error.fields})
        return acted(desk, PATH, "list_saved", lambda: replace(desk.site.slug, kind, name, action, lines, label))

    @blueprint.post("/lists/remove")
    @acting
    def remove_list(desk: Desk, form: Mapping[str, str]) -> Response:
        desk.principal.require(Permission.MANAGE)
        listed, remove = id_in(form.get("list"), "list"), container().manage_lists.remove_by_id
        return acted(desk, PATH, "list_removed", lambda: remove(desk.site.id, listed))


def _page(desk: Desk, typed: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None) -> Response:
    html = desk.page(
        "console/lists.html",
        lists=container().reader.run(lambda s: site_lists(s, desk.site.id)),
        kinds=list(ACTIONS),
        actions=ACTIONS["host"],
        max_name=MAX_NAME,
        typed=typed_in(typed),
        errors=typed_in(errors),
        return_to=f"{PATH}?{urlencode({'site': desk.site.slug})}",
        notice=told(desk),
    )
    return page(html, 422 if errors else 200)
