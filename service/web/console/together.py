"""Several comments decided as one batch; what has moved on since stays, and is counted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from flask import request

from service.domain.errors import ConflictError, FieldError, InvalidError, MalformedError
from service.i18n import t
from service.usecases.decide_comments import MAX_ITEMS, DecisionRequest
from service.web.console.answers import Made
from service.web.console.session import Desk
from service.web.context import container

#: With a comment's id behind it, it still fits a decision's client id.
_ONCE = re.compile(r"[A-Za-z0-9_-]{22,31}")


def named(asked: Iterable[DecisionRequest], once: str) -> list[DecisionRequest]:
    """Each with a client id of its own, made from the form's: sent twice, the batch is made once."""
    if not _ONCE.fullmatch(once):
        raise MalformedError("bad_parameter", public={"parameter": "once"})
    return [replace(one, client_id=f"{once}.{one.comment.hex}") for one in asked]


def together(desk: Desk, asked: Sequence[DecisionRequest]) -> Made:
    """What was made, and how many stayed as they were; when all have, the error of the first."""
    if not asked:
        raise InvalidError([FieldError("item", "nothing_chosen")])
    _, outcomes = container().decide_comments.many(desk.principal, asked)
    made = [outcome.decision for outcome in outcomes if outcome.decision]
    if not made:
        raise outcomes[0].error or ConflictError("stale_version")
    # Of a form that was sent twice this is the first answer: the batch that was made then.
    batch = made[0].batch
    done = {"batch": str(batch)} if batch else {"decided": str(made[0].id)}
    stayed = len(outcomes) - len(made)
    return {**done, "stayed": str(stayed)} if stayed else done


def stayed(desk: Desk) -> dict[str, str] | None:
    """The notice about what stayed, for the page that the batch led back to."""
    typed = request.args.get("stayed", "")[:4]
    if typed.isascii() and typed.isdigit() and 0 < int(typed) <= MAX_ITEMS:
        return {"kind": "error", "text": t(desk.language, "queue.stayed", count=int(typed))}
    return None
