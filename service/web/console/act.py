"""Acts of a moderator: decide, one or many, and undo. What cannot be done comes back as a sentence on the page."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, Response

from service.domain.errors import MalformedError
from service.domain.moderation import ASKABLE, Action
from service.domain.submission import is_submission_id
from service.usecases.decide_comments import DecisionRequest
from service.web.console.answers import Made, answer
from service.web.console.session import Desk, acting
from service.web.console.together import named, together
from service.web.context import container

_ITEM = "item-"


def register(blueprint: Blueprint) -> None:
    @blueprint.post("/decide")
    @acting
    def decide(desk: Desk, form: Mapping[str, str]) -> Response:
        """``once``, when given, makes a repeat harmless."""
        asked = DecisionRequest(
            comment=_id(form, "comment"),
            action=_action(form),
            version=_version(form, "version"),
            reason=form.get("reason") or None,
            client_id=_once(form) if form.get("once") else None,
        )
        return answer(desk, form, lambda: _one(container().decide_comments.one(desk.principal, asked).id))

    @blueprint.post("/decide-many")
    @acting
    def decide_many(desk: Desk, form: Mapping[str, str]) -> Response:
        """The comments named in fields ``item-ID``, each with the version that was on the screen, as one batch. Those
        that have moved on stay, and are counted; when all have, it is a conflict.
        """
        action, reason = _action(form), form.get("reason") or None
        asked = [
            DecisionRequest(_id({"comment": name.removeprefix(_ITEM)}, "comment"), action, _version(form, name), reason)
            for name in form
            if name.startswith(_ITEM)
        ]
        asked = named(asked, form["once"]) if form.get("once") else asked
        return answer(desk, form, lambda: together(desk, asked))

    @blueprint.post("/reply")
    @acting
    def reply(desk: Desk, form: Mapping[str, str]) -> Response:
        """Once a form, however often it is sent."""
        answered, once, act = _id(form, "comment"), _once(form), container().reply_as_staff.reply
        return answer(desk, form, lambda: _one(act(desk.principal, answered, form, once)))

    @blueprint.post("/opinion")
    @acting
    def opinion(desk: Desk, form: Mapping[str, str]) -> Response:
        """``wanted`` empty: no longer."""
        comment, wanted = _id(form, "comment"), bool(form.get("wanted"))

        def ask() -> Made:
            container().ask_opinion.ask(desk.principal, comment, wanted=wanted)
            return {}

        return answer(desk, form, ask)

    @blueprint.post("/undo")
    @acting
    def undo(desk: Desk, form: Mapping[str, str]) -> Response:
        once = _once(form) if form.get("once") else None
        decision, act = _id(form, "decision"), container().undo_decision.undo
        return answer(desk, form, lambda: _one(act(desk.principal, decision, once).id))

    @blueprint.post("/undo-batch")
    @acting
    def undo_batch(desk: Desk, form: Mapping[str, str]) -> Response:
        batch, once = _id(form, "batch"), form.get("once", "")
        return answer(desk, form, lambda: _undone(desk, batch, once))


def _one(decision: UUID) -> Made:
    return {"decided": str(decision)}


def _undone(desk: Desk, batch: UUID, once: str) -> Made:
    answers = container().undo_decision.batch(desk.principal, batch, once if is_submission_id(once) else None)
    made = [a.decision for a in answers if a.decision]
    if not made:
        raise next(a.error for a in answers if a.error)
    # Of a form that was sent twice this is the first answer: the batch that was made then.
    return {"batch": str(made[0].batch)}


def _action(form: Mapping[str, str]) -> Action:
    typed = form.get("action", "")
    if typed not in [a.value for a in ASKABLE]:
        raise MalformedError("bad_parameter", public={"parameter": "action"})
    return Action(typed)


def _once(form: Mapping[str, str]) -> str:
    once = form.get("once", "")
    if not is_submission_id(once):
        raise MalformedError("bad_parameter", public={"parameter": "once"})
    return once


def _id(form: Mapping[str, str], name: str) -> UUID:
    try:
        return UUID(form.get(name, ""))
    except ValueError:
        raise MalformedError("bad_parameter", public={"parameter": name}) from None


def _version(form: Mapping[str, str], name: str) -> int:
    typed = form.get(name, "")
    if not (typed.isascii() and typed.isdigit() and len(typed) < 10):
        raise MalformedError("bad_parameter", public={"parameter": name})
    return int(typed)
