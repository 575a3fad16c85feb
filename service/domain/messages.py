"""Events promised in the outbox: kinds and payloads. Payloads are thin: ids and codes, never a reader's text."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID


def comment_held(comment: UUID, thread: UUID) -> tuple[str, Mapping[str, object]]:
    return "comment.held", {"comment": str(comment), "thread": str(thread)}


def comment_reported(comment: UUID, reason: str) -> tuple[str, Mapping[str, object]]:
    return "comment.reported", {"comment": str(comment), "reason": reason}


def comment_edited(comment: UUID, revision: int) -> tuple[str, Mapping[str, object]]:
    return "comment.edited", {"comment": str(comment), "revision": revision}


def comment_decided(
    comment: UUID, decision: UUID, action: str, before: str, after: str
) -> tuple[str, Mapping[str, object]]:
    return "comment.decided", {
        "comment": str(comment),
        "decision": str(decision),
        "action": action,
        "from": before,
        "to": after,
    }
