"""Events promised in the outbox: kinds and payloads. Payloads are thin: ids, codes and tags, never a reader's text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


def cache_purge(tags: Iterable[str]) -> tuple[str, Mapping[str, object]]:
    """Shared caches are to let go of whatever carries one of these tags. One for each site and transaction that changes
    what its readers see, while the site's policy lets shared caches keep that for longer than a second.
    """
    return "cache.purge", {"tags": sorted(set(tags))}
