"""Acts of a moderator: decide and undo. What cannot be done comes back as a sentence on the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

from flask import Blueprint, Response

from service.domain.errors import ConflictError, InvalidError, MalformedError, NotFoundError
from service.domain.moderation import ASKABLE, Action
from service.domain.submission import is_submission_id
from service.usecases.decide_comments import DecisionRequest
from service.web.console.session import Desk, acting, own_path
from service.web.context import container
from service.web.rendering import see_other


def register(blueprint: Blueprint) -> None:
    @blueprint.post("/decide")
    @acting
    def decide(desk: Desk, form: Mapping[str, str]) -> Response:
        action = form.get("action", "")
        if action not in [a.value for a in ASKABLE]:
            raise MalformedError("bad_parameter", public={"parameter": "action"})
        request = DecisionRequest(
            comment=_id(form, "comment"),
            action=Action(action),
            version=_version(form),
            reason=form.get("reason") or None,
        )
        return _answer(form, lambda: container().decide_comments.one(desk.principal, request).id)

    @blueprint.post("/reply")
    @acting
    def reply(desk: Desk, form: Mapping[str, str]) -> Response:
        """Once a form, however often it is sent."""
        once = form.get("once", "")
        if not is_submission_id(once):
            raise MalformedError("bad_parameter", public={"parameter": "once"})
        answered, act = _id(form, "comment"), container().reply_as_staff.reply
        return _answer(form, lambda: act(desk.principal, answered, form, once))

    @blueprint.post("/undo")
    @acting
    def undo(desk: Desk, form: Mapping[str, str]) -> Response:
        return _answer(form, lambda: container().undo_decision.undo(desk.principal, _id(form, "decision")).id)


def _answer(form: Mapping[str, str], act: Callable[[], UUID]) -> Response:
    """Back to where the moderator was, with the way to undo, or with the reason why nothing was done."""
    back = own_path(form.get("return_to"))
    try:
        return see_other(_with(back, decided=str(act())))
    except InvalidError as error:
        return see_other(_with(back, problem=error.fields[0].code))
    except (ConflictError, NotFoundError) as error:
        return see_other(_with(back, problem=error.code))


def _with(path: str, **more: str) -> str:
    parts = urlsplit(path)
    kept = [(k, v) for k, v in parse_qsl(parts.query) if k not in ("decided", "problem")]
    return f"{parts.path}?{urlencode([*kept, *more.items()])}"


def _id(form: Mapping[str, str], name: str) -> UUID:
    try:
        return UUID(form.get(name, ""))
    except ValueError:
        raise MalformedError("bad_parameter", public={"parameter": name}) from None


def _version(form: Mapping[str, str]) -> int:
    typed = form.get("version", "")
    if not (typed.isascii() and typed.isdigit() and len(typed) < 10):
        raise MalformedError("bad_parameter", public={"parameter": "version"})
    return int(typed)
