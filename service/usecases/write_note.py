"""Write a note: for colleagues only, about a comment or its author. Notes are added and removed, never changed."""

from __future__ import annotations

from uuid import UUID

from service.domain.access import Permission, Principal
from service.domain.errors import ConflictError, ForbiddenError, NotFoundError
from service.domain.moderation import ActorKind, Status
from service.domain.notes import MAX_NOTES, About, Subject, read_note
from service.domain.ports import Clock, NewId
from service.storage import authors, comments, notes
from service.storage.erasure import anything_left
from service.storage.notes import Note
from service.storage.uow import Session, UnitOfWork


class WriteNote:
    def __init__(self, uow: UnitOfWork, new_id: NewId, clock: Clock) -> None:
        self._uow, self._new_id, self._clock = uow, new_id, clock

    def write(self, principal: Principal, subject: Subject, raw: str, client_id: str) -> UUID:
        """The note; ``client_id`` makes a second click the first.

        ``InvalidError`` for the text, ``NotFoundError`` for what is not the site's, ``ForbiddenError`` unless a
        moderator is signed in, ``ConflictError`` where there are ``MAX_NOTES`` already and for what is erased: a note
        that came in late would bring a quotation back.
        """
        principal.require(Permission.DECIDE)
        if principal.actor.kind is not ActorKind.MODERATOR or principal.actor.id is None:
            raise ForbiddenError("forbidden")
        moderator, body = principal.actor.id, read_note(raw)

        def change(session: Session) -> UUID:
            _hold(session, principal.site_id, subject)
            earlier = notes.find_by_client_id(session, principal.site_id, client_id)
            if earlier is not None:
                if (earlier.subject, earlier.body, earlier.moderator_id) != (subject, body, moderator):
                    raise ConflictError("client_id_reused")
                return earlier.id
            if notes.count_about(session, principal.site_id, subject) >= MAX_NOTES:
                raise ConflictError("notes_full")
            now = self._clock()
            note = Note(
                id=self._new_id(now),
                site_id=principal.site_id,
                comment_id=subject.id if subject.about is About.COMMENT else None,
                author_id=subject.id if subject.about is About.AUTHOR else None,
                body=body,
                moderator_id=moderator,
                moderator_label=principal.actor.label,
                client_id=client_id,
                created_at=now,
            )
            session.add(note)
            return note.id

        return self._uow.run(change)


def _hold(session: Session, site_id: UUID, subject: Subject) -> None:
    """Locks what the note is about, so that an erasure made meanwhile takes this note along or comes before it."""
    if subject.about is About.COMMENT:
        comment = comments.lock_many(session, site_id, [subject.id]).get(subject.id)
        if comment is None:
            raise NotFoundError("comment_not_found")
        if comment.status == Status.ERASED:
            raise ConflictError("comment_erased")
        return
    if authors.lock(session, site_id, subject.id) is None:
        raise NotFoundError("author_not_found")
    if not anything_left(session, site_id, subject.id):
        raise ConflictError("comment_erased")
