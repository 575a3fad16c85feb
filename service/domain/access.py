"""Who may do what: roles for people, scopes for programs, one table."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from service.domain.errors import ForbiddenError
from service.domain.moderation import Actor


class Permission(StrEnum):
    READ_QUEUE = "moderation:read"
    DECIDE = "moderation:decide"
    WRITE_THREADS = "threads:write"
    UNDO_OTHERS = "decisions:undo-any"


#: What a token can carry, by name. Undoing what somebody else decided is for people.
SCOPES: tuple[str, ...] = tuple(p.value for p in Permission if p is not Permission.UNDO_OTHERS)

ROLES: Mapping[str, frozenset[Permission]] = {
    "moderator": frozenset({Permission.READ_QUEUE, Permission.DECIDE}),
    "admin": frozenset(Permission),
}


def secret_hash(secret: str) -> bytes:
    """How tokens and session cookies lie in the database. They are random, so a plain digest is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


@dataclass(frozen=True)
class Principal:
    """Somebody proven: the actor for the log, the one site this request is about, and what is allowed there."""

    actor: Actor
    site_id: UUID
    permissions: frozenset[Permission]

    def require(self, permission: Permission) -> None:
        """``ForbiddenError`` unless allowed."""
        if permission not in self.permissions:
            raise ForbiddenError("forbidden", public={"needs": permission.value})
