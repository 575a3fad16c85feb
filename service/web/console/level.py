"""The level of an author: a button or a key sets it, the same again takes it back."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, Response

from service.domain.access import Permission
from service.domain.errors import ConflictError, MalformedError
from service.domain.trust import BY_HAND, Level
from service.i18n import t
from service.queries import authorship, cards
from service.web.console.answers import Made, answer, wants_json
from service.web.console.digest import standing_words
from service.web.console.outcome import id_in
from service.web.console.session import Desk, acting
from service.web.context import container


def register(blueprint: Blueprint) -> None:
    @blueprint.post("/level")
    @acting
    def set_level(desk: Desk, form: Mapping[str, str]) -> Response:
        """Of the author of ``comment``. ``level`` empty: what the record says. ``seen`` is what stood on the page."""
        desk.principal.require(Permission.DECIDE)
        comment = id_in(form.get("comment"), "comment")
        level, seen = _level(form, "level"), _level(form, "seen")

        def act() -> Made:
            try:
                change = container().set_level.set(desk.principal, comment, level, seen)
            except ConflictError as error:
                # The card is to show what stands there now, and on what evidence.
                raise ConflictError(error.code, public={**error.public, "said": _said(desk, comment)}) from error
            if not wants_json():
                return {"done": "level_set"}
            return {"seen": change.after or "", "said": _said(desk, comment)}

        return answer(desk, form, act)


def level_changes(desk: Desk, comment_id: UUID) -> list[dict[str, object]]:
    """What moderators have set for the author, newest first, in words."""
    found = container().reader.run(lambda s: authorship.level_changes(s, desk.site.id, comment_id))
    return [
        {"label": t(desk.language, f"level.set.{c.after or 'none'}"), "by": c.moderator, "at": c.at} for c in found
    ]


def _said(desk: Desk, comment: UUID) -> str:
    card = container().reader.run(lambda s: cards.get_card(s, desk.site.id, comment))
    return " · ".join(standing_words(card.digest, desk.language, container().clock()))


def _level(form: Mapping[str, str], name: str) -> Level | None:
    typed = form.get(name, "")
    if typed and typed not in [level.value for level in BY_HAND]:
        raise MalformedError("bad_parameter", public={"parameter": name})
    return Level(typed) if typed else None
