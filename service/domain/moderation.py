"""What may happen to a comment: statuses, actions, and the table that joins them.

The table is the whole rule. A reader's own acts (withdraw, erase) will have their own rows; staff cannot lead
a comment out of ``withdrawn`` or ``erased``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from service.domain.errors import ConflictError, FieldError, InvalidError


class Status(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    SPAM = "spam"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"


class Action(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    SPAM = "spam"
    REOPEN = "reopen"
    UNDO = "undo"


class ActorKind(StrEnum):
    MODERATOR = "moderator"
    TOKEN = "token"  # noqa: S105 - a kind of actor, no secret
    POLICY = "policy"


#: Why a comment was rejected. Codes only: the decision log holds no free text.
REASONS: tuple[str, ...] = (
    "spam",
    "insult",
    "hate",
    "off_topic",
    "personal_data",
    "libel",
    "incitement",
    "other",
)

#: (where it stands, what is done) -> where it goes. What is not here is not allowed.
TRANSITIONS: Mapping[tuple[Status, Action], Status] = {
    (Status.PENDING, Action.APPROVE): Status.APPROVED,
    (Status.PENDING, Action.REJECT): Status.REJECTED,
    (Status.PENDING, Action.SPAM): Status.SPAM,
    (Status.APPROVED, Action.REJECT): Status.REJECTED,
    (Status.APPROVED, Action.SPAM): Status.SPAM,
    (Status.APPROVED, Action.REOPEN): Status.PENDING,
    (Status.REJECTED, Action.APPROVE): Status.APPROVED,
    (Status.REJECTED, Action.SPAM): Status.SPAM,
    (Status.REJECTED, Action.REOPEN): Status.PENDING,
    (Status.SPAM, Action.APPROVE): Status.APPROVED,
    (Status.SPAM, Action.REJECT): Status.REJECTED,
    (Status.SPAM, Action.REOPEN): Status.PENDING,
}

#: The actions a person or a program may ask for by name; ``undo`` names a decision instead.
ASKABLE: tuple[Action, ...] = (Action.APPROVE, Action.REJECT, Action.SPAM, Action.REOPEN)


@dataclass(frozen=True)
class Actor:
    """Who acts. ``label`` is printed into the log row, so the log can be read when the account is gone."""

    kind: ActorKind
    id: UUID | None
    label: str


def actions_from(status: Status, *, edit_waiting: bool = False) -> tuple[Action, ...]:
    """The actions allowed from here, in the order they are offered."""
    return tuple(a for a in ASKABLE if (status, a) in TRANSITIONS or _approves_edit(status, a, edit_waiting))


def target(status: Status, action: Action, *, edit_waiting: bool = False) -> Status:
    """The status after ``action``; ``ConflictError`` when it is not allowed from ``status``.

    Approving an approved comment is allowed only while an edit waits: it moves the published revision.
    """
    if _approves_edit(status, action, edit_waiting):
        return Status.APPROVED
    try:
        return TRANSITIONS[status, action]
    except KeyError:
        raise ConflictError("transition_not_allowed") from None


def check_reason(action: Action, reason: str | None) -> str | None:
    """The reason code to record: one of ``REASONS`` for a rejection, none for anything else."""
    if action is not Action.REJECT:
        return None
    if reason is None or reason == "":
        raise InvalidError([FieldError("reason", "reason_required")])
    if reason not in REASONS:
        raise InvalidError([FieldError("reason", "reason_unknown")])
    return reason


def _approves_edit(status: Status, action: Action, edit_waiting: bool) -> bool:
    return edit_waiting and status is Status.APPROVED and action is Action.APPROVE
