"""What a view reaches for: the container of the running app, and the language to answer in."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from flask import current_app, g, request

from service.bootstrap import Container
from service.i18n import DEFAULT_LANGUAGE, known_language, preferred_language
from service.web.throttle import Throttle

#: In a request's environment: until when its answer holds, if that is known.
HOLDS_UNTIL = "taliq.holds_until"


def holds_until(moment: datetime | None) -> None:
    """What the request is answered with holds no longer than that, even if nothing is changed."""
    request.environ[HOLDS_UNTIL] = moment


def container() -> Container:
    return cast(Container, current_app.extensions["taliq"])


def throttle() -> Throttle:
    return cast(Throttle, current_app.extensions["taliq.throttle"])


def answer_language(otherwise: str = DEFAULT_LANGUAGE) -> str:
    """The language of the answer: the one the request names (``lang``), else what the browser prefers."""
    named = g.get("lang") or request.args.get("lang")
    if isinstance(named, str) and named:
        return known_language(named, otherwise)
    return preferred_language(request.headers.get("Accept-Language"), otherwise)
