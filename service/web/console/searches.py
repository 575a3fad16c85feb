"""A moderator's kept searches, above the queue."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response

from service.domain.desk import FILTERS, Ask, read_ask
from service.queries.searches import kept_searches
from service.web.console.addresses import queue_url
from service.web.console.answers import Made, answer
from service.web.console.outcome import id_in
from service.web.console.session import Desk, acting
from service.web.context import container


def register(blueprint: Blueprint) -> None:
    @blueprint.post("/searches")
    @acting
    def keep_search(desk: Desk, form: Mapping[str, str]) -> Response:
        asked = {name: form.get(name, "") for name in ("view", "sort", "search", *FILTERS)}

        def keep() -> Made:
            container().keep_search.keep(desk.principal, form.get("name", ""), read_ask(asked))
            return {}

        return answer(desk, form, keep)

    @blueprint.post("/searches/drop")
    @acting
    def drop_search(desk: Desk, form: Mapping[str, str]) -> Response:
        search = id_in(form.get("search_id"), "search_id")

        def drop() -> Made:
            container().keep_search.drop(desk.principal, search)
            return {}

        return answer(desk, form, drop)


def kept(desk: Desk, ask: Ask) -> list[dict[str, object]]:
    """Each with its name and the address that asks it again."""
    site = desk.site
    found = container().reader.run(lambda s: kept_searches(s, site.id, desk.moderator.id))
    return [
        {"id": str(one.id), "name": one.name, "url": queue_url(site.slug, one.ask), "current": one.ask == ask}
        for one in found
    ]
