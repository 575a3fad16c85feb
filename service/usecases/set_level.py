"""Set a level: a moderator has an author's comments held, put last or rejected from now on, or no longer."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from service.domain.access import Permission, Principal
from service.domain.errors import ConflictError, ForbiddenError, NotFoundError
from service.domain.moderation import ActorKind
from service.domain.ports import Clock, NewId
from service.domain.trust import BY_HAND, Level
from service.storage import authors, comments
from service.storage.level_changes import LevelChange
from service.storage.uow import Session, UnitOfWork


@dataclass(frozen=True)
class Change:
    """The level set by hand before and after; ``None``: the author's record alone says."""

    before: Level | None
    after: Level | None


class SetLevel:
    def __init__(self, uow: UnitOfWork, new_id: NewId, clock: Clock) -> None:
        self._uow, self._new_id, self._clock = uow, new_id, clock

    def set(self, principal: Principal, comment_id: UUID, level: Level | None, seen: Level | None) -> Change:
        """For the author of a comment. ``seen`` is the level that stood there: ``ConflictError``, which says what is
        there now, when another was set since, so that nobody takes back what they have not seen. The same again
        changes nothing, and is not written.

        What already waits stays as it is. It reaches whoever proves to be this author, and nobody else. ``before`` and
        ``after`` of the answer, the other way round, take it back. ``ForbiddenError`` for a program,
        ``NotFoundError`` for what is not a reader's comment of this site.
        """
        principal.require(Permission.DECIDE)
        moderator, label = principal.actor.id, principal.actor.label
        if principal.actor.kind is not ActorKind.MODERATOR or moderator is None:
            raise ForbiddenError("forbidden")
        if level is not None and level not in BY_HAND:
            raise ValueError("that level is earned, not set")

        def change(session: Session) -> Change:
            comment = comments.find(session, principal.site_id, comment_id)
            author = authors.lock(session, principal.site_id, comment.author_id) if comment else None
            if comment is None or author is None or comment.staff_id is not None:
                raise NotFoundError("comment_not_found")
            before = Level(author.level) if author.level else None
            if before is level:
                return Change(seen, level)
            if before is not seen:
                raise ConflictError("level_changed", public={"seen": before or ""})
            now = self._clock()
            session.add(
                LevelChange(
                    id=self._new_id(now),
                    site_id=principal.site_id,
                    author_id=author.id,
                    before=before,
                    after=level,
                    moderator_id=moderator,
                    moderator_label=label,
                    at=now,
                )
            )
            author.level = level.value if level else None
            return Change(before, level)

        return self._uow.run(change)
