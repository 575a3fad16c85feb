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
    CONTACTS = "contacts:read"
    MANAGE = "site:manage"
    UNDO_OTHERS = "decisions:undo-any"


#: What only a person may do: a program neither runs a site nor overrules people.
_PERSONAL = (Permission.MANAGE, Permission.UNDO_OTHERS)
#: A token carries permissions by name; these may be given to one.
SCOPES: tuple[str, ...] = tuple(p.value for p in Permission if p not in _PERSONAL)

ROLES: Mapping[str, frozenset[Permission]] = {
    "moderator": frozenset({Permission.READ_QUEUE, Permission.DECIDE}),
    "admin": frozenset(Permission),
}


def permissions_of(role: str, *, contacts: bool = False) -> frozenset[Permission]:
    """What a role allows; ``contacts`` is the grant by which a moderator may see readers' addresses."""
    return ROLES[role] | ({Permission.CONTACTS} if contacts else frozenset())


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
