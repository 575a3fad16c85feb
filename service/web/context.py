"""What a view reaches for: the container of the running app, and the language to answer in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar, cast

from flask import current_app, g, request

from service.bootstrap import Container
from service.i18n import DEFAULT_LANGUAGE, known_language, preferred_language
from service.web.throttle import Throttle

T = TypeVar("T")
#: In a request's environment: until when its answer holds, if that is known.
HOLDS_UNTIL = "taliq.holds_until"


#: In a request's environment: what was seen of the versions that its answer is made of; see ``public_reader``.
SEEN = "taliq.seen"


def holds_until(moment: datetime | None) -> None:
    """What the request is answered with holds no longer than that, even if nothing is changed."""
    request.environ[HOLDS_UNTIL] = moment


def container() -> Container:
    return cast(Container, current_app.extensions["taliq"])


def read_published(question: Callable[[Any], T]) -> T:
    """The answer to a question about what is published, from wherever it can be had."""
    return container().public_reader.run(question, request.environ.get(SEEN))


def throttle() -> Throttle:
    return cast(Throttle, current_app.extensions["taliq.throttle"])


def answer_language(otherwise: str = DEFAULT_LANGUAGE) -> str:
    """The language of the answer: the one the request names (``lang``), else what the browser prefers."""
    named = g.get("lang") or request.args.get("lang")
    if isinstance(named, str) and named:
        return known_language(named, otherwise)
    return preferred_language(request.headers.get("Accept-Language"), otherwise)
