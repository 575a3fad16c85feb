"""Leases at the desk: taken by the desk's script, or with a button; and what the queue page says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import Blueprint, Response

from service.domain.errors import MalformedError
from service.queries.cards import Card
from service.queries.leased import Leased
from service.web.console.answers import Made, answer, wants_json
from service.web.console.session import Desk, acting
from service.web.context import container


def register(blueprint: Blueprint) -> None:
    @blueprint.post("/leases")
    @acting
    def leases(desk: Desk, form: Mapping[str, str]) -> Response:
        """``ids`` are taken or renewed, ``returned`` given back; ids with a space between them."""
        wanted, returned = _ids(form, "ids"), _ids(form, "returned")

        def act() -> Made:
            taken = container().take_leases.take(desk.principal, wanted, returned)
            told = {"mine": [str(i) for i in taken.mine], "held": {str(i): by for i, by in taken.held.items()}}
            return told if wants_json() else {}

        return answer(desk, form, act)


def lease_lines(leases: Leased, cards: Sequence[Card], other_url: str, *, shown: bool) -> dict[str, object]:
    """``other_url`` leads to this page with what colleagues read or, where that is ``shown``, without it."""
    return {
        "held": len(leases.held),
        "names": {str(comment): name for comment, name in leases.held.items()} if shown else {},
        "mine": sum(card.id in leases.mine for card in cards),
        "free": " ".join(str(card.id) for card in cards if leases.steers and card.id not in leases.held),
        "other_url": other_url,
        "shown": shown,
        # For the script: whether to take them at all, and what becomes of cards that colleagues hold.
        "how": ("show" if shown else "hide") if leases.steers else "",
    }


def _ids(form: Mapping[str, str], name: str) -> list[UUID]:
    try:
        return [UUID(typed) for typed in form.get(name, "").split()]
    except ValueError:
        raise MalformedError("bad_parameter", public={"parameter": name}) from None
