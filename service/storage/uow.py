"""The unit of work: begins, commits, translates errors, and runs a change again when that is safe.

A use case hands over one function of the session, free of other side effects. It may run more than once:
after a serialisation failure or a deadlock the transaction left nothing behind. A connection lost during the
commit itself leaves it open whether it did: submission and client ids make the second run harmless then.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

from service.domain.errors import ConflictError, UnavailableError
from service.storage.changes import Changes
from service.storage.engine import BUSY, forget
from service.storage.turns import Turns

__all__ = ["Reader", "Session", "UnitOfWork", "apart", "attempted", "unless_failed"]
T = TypeVar("T")
ATTEMPTS = 3
#: PostgreSQL: serialization_failure, deadlock_detected, and the ways a server goes away.
_AGAIN = frozenset({"40001", "40P01", "57P01", "57P02", "57P03", "08000", "08003", "08006"})
#: What a violated constraint means to whoever asked.
CONFLICTS = {
    "uq_decision_subject_id_version_after": "stale_version",
    "uq_decision_site_id_client_id": "client_id_reused",
    "uq_note_site_id_client_id": "client_id_reused",
    "uq_host_list_site_id_kind_name": "list_changed",
    "uq_site_slug": "site_exists",
    "uq_moderator_login": "login_exists",
}
#: The same constraints as SQLite names them: by their columns.
_SQLITE_COLUMNS = {
    "decision.subject_id, decision.version_after": "stale_version",
    "decision.site_id, decision.client_id": "client_id_reused",
    "note.site_id, note.client_id": "client_id_reused",
    "host_list.site_id, host_list.kind, host_list.name": "list_changed",
    "site.slug": "site_exists",
    "moderator.login": "login_exists",
}


class UnitOfWork:
    """Writes. ``before_commit`` runs inside the transaction: it rebuilds the pages the change has marked, promises what
    follows from that, and gives the tags of the answers that are others now, which ``changes`` is told of.
    """

    def __init__(self, engine: Engine, before_commit: Callable[[Session], Collection[str] | None]) -> None:
        self.engine = engine
        self._sessions = sessionmaker(engine, autoflush=False, expire_on_commit=False)
        self._before_commit = before_commit
        self.changes = Changes()
        turns = Turns(BUSY)
        # PostgreSQL's writers go side by side.
        self._turn: Callable[[], AbstractContextManager[None]] = (
            turns.turn if engine.dialect.name == "sqlite" else nullcontext
        )

    def run(self, change: Callable[[Session], T]) -> T:
        """The result of ``change``, committed. ``UnavailableError`` when the database is busy for too long or away."""
        # Also of an attempt whose commit was not answered: it may have been made, and the next one then finds it so.
        tags: set[str] = set()
        try:
            return self._run(change, tags)
        finally:
            if tags:
                self.changes.note(tags)
            else:
                self.changes.catch_up()

    def _run(self, change: Callable[[Session], T], tags: set[str]) -> T:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self._turn(), self._sessions.begin() as session:
                    result = change(session)
                    session.flush()
                    tags |= set(self._before_commit(session) or ())
                return result
            except IntegrityError as error:
                conflict = _conflict(error)
                # A client id taken by somebody else just now: the next run finds it, and refuses that one item only.
                if attempt == 1 and getattr(conflict, "code", "") == "client_id_reused":
                    continue
                raise conflict from error
            except (DBAPIError, PoolTimeout) as error:
                if attempt == ATTEMPTS or not _may_run_again(error):
                    raise _translated(error) from error
        raise AssertionError("unreachable")

    def forget(self) -> None:
        """Takes from the database's files what the last commits have erased, as far as they can."""
        forget(self.engine)


class Reader:
    """Reads, in a session the database keeps read-only."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._sessions = sessionmaker(engine, autoflush=False, expire_on_commit=False)

    def run(self, question: Callable[[Session], T]) -> T:
        """The answer to ``question``; asked once more when the connection was lost."""
        for attempt in (1, 2):
            try:
                with self._sessions.begin() as session:
                    return question(session)
            except (DBAPIError, PoolTimeout) as error:
                if attempt == 2 or not _may_run_again(error):
                    raise _translated(error) from error
        raise AssertionError("unreachable")

    def answers(self) -> bool:
        """Whether the database can be asked right now."""
        try:
            return self.run(lambda session: bool(session.scalar(text("SELECT 1"))))
        except (DBAPIError, UnavailableError):
            return False


def apart(session: Session, question: Callable[[Session], T], otherwise: Callable[[Exception], T]) -> T:
    """The answer to a question in the midst of a change, which goes on with ``otherwise`` when it fails. Where the
    connection is lost nothing goes on: the whole change runs again.
    """
    try:
        with session.begin_nested():
            return question(session)
    except Exception as error:
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            raise
        return otherwise(error)


def unless_failed(session: Session, question: Callable[[Session], T]) -> T | None:
    """The answer to a question, or ``None`` when it fails; then ``session`` is good for nothing more but to end. Where
    the connection is lost everything is asked again.
    """
    try:
        return question(session)
    except Exception as error:
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            raise
        return None


def attempted(session: Session, change: Callable[[Session], object]) -> bool:
    """Whether a part of a change that the rest can do without was made; when not, nothing of it is left."""

    def made(session: Session) -> bool:
        change(session)
        return True

    return apart(session, made, lambda _: False)


def _may_run_again(error: Exception) -> bool:
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or getattr(error.orig, "sqlstate", None) in _AGAIN


def _translated(error: Exception) -> Exception:
    """Busy or unreachable is 503 to the reader, whose text is kept; anything else is a defect and stays one."""
    if isinstance(error, OperationalError | PoolTimeout) or _may_run_again(error):
        return UnavailableError(private={"database": type(getattr(error, "orig", error)).__name__})
    return error


def _conflict(error: IntegrityError) -> Exception:
    named = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    if named in CONFLICTS:
        return ConflictError(CONFLICTS[named])
    said = str(error.orig)
    for columns, code in _SQLITE_COLUMNS.items():
        if said.endswith(columns):
            return ConflictError(code)
    return error
