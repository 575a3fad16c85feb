"""Private notes: what moderators write down for each other, about a comment or about its author."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from service.domain.errors import FieldError, InvalidError
from service.text.clean import clean_body, length

MAX_LENGTH = 2_000
#: Notes one subject can have. Beyond that they are a conversation, and nobody reads them in sixteen seconds.
MAX_NOTES = 100


class About(StrEnum):
    COMMENT = "comment"
    AUTHOR = "author"


@dataclass(frozen=True)
class Subject:
    """What a note is about: one comment, or one author."""

    about: About
    id: UUID


def read_note(raw: str) -> str:
    """The note as it is kept: plain text, its lines as typed; ``InvalidError`` when there is none or too much."""
    body = clean_body(raw)
    if not body:
        raise InvalidError([FieldError("body", "note_empty")])
    if length(body) > MAX_LENGTH:
        raise InvalidError([FieldError("body", "note_too_long", {"limit": MAX_LENGTH})])
    return body
