"""When tokens were last used: remembered as they come, written down beside an act of somebody's, never by a look.

What a process remembers and has not written is lost with it: at most the last uses since anybody acted.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from flask import Flask, Response, current_app, request

from service.domain.errors import ServiceError
from service.web.context import container

#: A process writes this often at most.
EVERY = timedelta(minutes=1)
log = structlog.get_logger("taliq")


class TokenUse:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._used: dict[UUID, datetime] = {}
        self._written: datetime | None = None

    def note(self, token: UUID, at: datetime) -> None:
        with self._lock:
            self._used[token] = at

    def take(self, now: datetime) -> dict[UUID, datetime]:
        """What has been noted and is due to be written."""
        with self._lock:
            if not self._used or (self._written is not None and now - self._written < EVERY):
                return {}
            taken, self._used, self._written = self._used, {}, now
            return taken


def register(app: Flask) -> None:
    app.extensions["taliq.token_use"] = TokenUse()
    app.after_request(_write)


def note_use(token: UUID, at: datetime) -> None:
    current_app.extensions["taliq.token_use"].note(token, at)


def _write(response: Response) -> Response:
    """After an act at the desk or by the moderation API. That it fails is no reason to fail the act."""
    acted = request.method in ("POST", "PUT") and request.blueprint in ("console", "moderation")
    used = current_app.extensions["taliq.token_use"].take(container().clock()) if acted else {}
    if used:
        try:
            container().note_token_use.note(used)
        except ServiceError as error:
            log.warning("token_use.lost", code=error.code)
    return response
