"""How an act of a moderator is answered: a page to come back to, or a few lines for the desk's own script."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

from flask import Response, jsonify, request

from service.domain.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, ServiceError
from service.i18n import t
from service.queries import history
from service.web.console.presenters import actor
from service.web.console.session import Desk, own_path
from service.web.context import container
from service.web.errors import problem
from service.web.rendering import see_other

#: What an act has made, by the name under which the page afterwards offers to undo it.
Made = Mapping[str, Any]


def answer(desk: Desk, form: Mapping[str, str], act: Callable[[], Made]) -> Response:
    """Back to where the moderator was with what ``act`` made, or with the reason why nothing was done. A script gets
    the same as JSON; the loser of a race also who came first, and when.
    """
    try:
        made = act()
    except (ConflictError, ForbiddenError, InvalidError, NotFoundError) as error:
        if wants_json():
            return _told(desk, form, error)
        code = error.fields[0].code if isinstance(error, InvalidError) else error.code
        return see_other(_with(own_path(form.get("return_to")), problem=code))
    if wants_json():
        return jsonify(made)
    return see_other(_with(own_path(form.get("return_to")), **made))


def wants_json() -> bool:
    return request.headers.get("Accept") == "application/json"


def _told(desk: Desk, form: Mapping[str, str], error: ServiceError) -> Response:
    document = problem(error, desk.language)
    response = jsonify({**document, "last": _last(desk, form.get("comment"))})
    response.status_code = int(str(document["status"]))
    return response


def _last(desk: Desk, comment: str | None) -> dict[str, object] | None:
    """Who decided on the comment last, in words, and how many seconds ago."""
    try:
        comment_id = UUID(comment or "")
    except ValueError:
        return None
    chain = container().reader.run(lambda s: history.history_of(s, desk.site.id, comment_id))
    if not chain:
        return None
    latest, now = chain[-1], container().clock()
    return {
        "by": actor(latest, desk.language),
        "label": t(desk.language, f"notice.{latest.action}"),
        "seconds": max(0, int((now - latest.at).total_seconds())),
    }


def _with(path: str, **more: str) -> str:
    parts = urlsplit(path)
    kept = [(k, v) for k, v in parse_qsl(parts.query) if k not in ("decided", "batch", "stayed", "problem", "done")]
    return f"{parts.path}?{urlencode([*kept, *more.items()])}"
