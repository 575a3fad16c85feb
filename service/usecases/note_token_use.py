"""Writes down when tokens were last used: to the minute, and never while one of them reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from service.storage import tokens
from service.storage.uow import Session, UnitOfWork

STEP = timedelta(minutes=1)


class NoteTokenUse:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def note(self, used: Mapping[UUID, datetime]) -> None:
        """Moves the last use of each token forward, where it stands more than a minute behind."""

        def change(session: Session) -> None:
            for token in tokens.list_by_id(session, sorted(used)):
                if token.last_used_at is None or used[token.id] - token.last_used_at >= STEP:
                    token.last_used_at = used[token.id]

        self._uow.run(change)
