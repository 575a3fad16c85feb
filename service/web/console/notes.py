"""Notes in the words of a page: lists with their forms, and the glance on a card. The templates escape the texts."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from service.domain.access import Permission
from service.domain.notes import MAX_LENGTH, MAX_NOTES, About, Subject
from service.i18n import t
from service.queries import notes
from service.queries.notes import Glance, NoteView
from service.text.bidi import visible
from service.web.console.session import Desk
from service.web.context import container


@dataclass(frozen=True)
class Typed:
    """What was typed into a form, and what has to be mended, by the name of the field."""

    fields: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


NOTHING = Typed()


def written_on(desk: Desk, comment: UUID, typed: Typed | None = None) -> list[dict[str, object]]:
    """For the page of a comment: the notes on it, with what was typed for another one, then those on its author."""
    written = container().reader.run(lambda s: notes.written_about(s, desk.site.id, comment))
    return [
        listed(desk, Subject(About.COMMENT, comment), written.on_comment, typed),
        listed(desk, Subject(About.AUTHOR, written.author), written.on_author),
    ]


def notes_on(desk: Desk, subject: Subject, typed: Typed | None = None) -> dict[str, object]:
    """What the macro of ``console/notes.html`` takes, for one comment or one author."""
    return listed(desk, subject, container().reader.run(lambda s: notes.notes_about(s, desk.site.id, subject)), typed)


def listed(
    desk: Desk, subject: Subject, views: Sequence[NoteView], typed: Typed | None = None
) -> dict[str, object]:
    overrules = Permission.UNDO_OTHERS in desk.principal.permissions
    return {
        "about": subject.about.value,
        "id": str(subject.id),
        "entries": [
            {
                "id": str(view.id),
                "body": visible(view.body),
                "by": view.by,
                "at": view.at,
                "may_remove": overrules or view.moderator == desk.moderator.id,
            }
            for view in views
        ],
        "full": len(views) >= MAX_NOTES,
        "limit": MAX_LENGTH,
        "once": secrets.token_urlsafe(24),
        "typed": typed or NOTHING,
    }


def glances(found: Mapping[About, Glance], language: str) -> list[dict[str, str]]:
    return [
        {
            "label": t(language, f"notes.glance.{about}", count=glance.count),
            "text": visible(glance.newest),
            "by": glance.by,
        }
        for about, glance in found.items()
    ]
