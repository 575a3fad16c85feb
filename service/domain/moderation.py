"""What may happen to a comment: statuses, actions, and the table that joins them.

The table is the whole rule. A reader's own acts (withdraw, erase) have their own rows, and there is no row that
leads out of ``withdrawn`` or ``erased`` for staff: not even undo, which goes back by no table.
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
    WITHDRAW = "withdraw"
    ERASE = "erase"


class ActorKind(StrEnum):
    MODERATOR = "moderator"
    TOKEN = "token"  # noqa: S105 - a kind of actor, no secret
    POLICY = "policy"
    READER = "reader"


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

#: Why a reader thinks that a published comment should not stand.
REPORT_REASONS: tuple[str, ...] = REASONS

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
    **{(s, Action.WITHDRAW): Status.WITHDRAWN for s in Status if s not in (Status.WITHDRAWN, Status.ERASED)},
    **{(s, Action.ERASE): Status.ERASED for s in Status if s is not Status.ERASED},
}

#: What only the reader's own receipt can do, and nobody can undo.
READERS: tuple[Action, ...] = (Action.WITHDRAW, Action.ERASE)

#: The actions a person or a program may ask for by name; ``undo`` names a decision instead.
ASKABLE: tuple[Action, ...] = (Action.APPROVE, Action.REJECT, Action.SPAM, Action.REOPEN)


@dataclass(frozen=True)
class Actor:
    """Who acts. ``label`` is printed into the log row, so the log can be read when the account is gone."""

    kind: ActorKind
    id: UUID | None
    label: str


def actions_from(status: Status, *, to_confirm: bool = False) -> tuple[Action, ...]:
    """The actions allowed from here, in the order they are offered."""
    return tuple(a for a in ASKABLE if (status, a) in TRANSITIONS or _confirms(status, a, to_confirm))


def target(status: Status, action: Action, *, to_confirm: bool = False) -> Status:
    """The status after ``action``; ``ConflictError`` when it is not allowed from ``status``.

    Approving an approved comment is allowed only while there is something to confirm: an edit that waits (it moves
    the published revision), readers' reports (it answers them), or that no moderator has looked so far.
    """
    if _confirms(status, action, to_confirm):
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


def check_report_reason(reason: object) -> str:
    """The code a reader reports with, one of ``REPORT_REASONS``; ``InvalidError`` for anything else."""
    if isinstance(reason, str) and reason in REPORT_REASONS:
        return reason
    raise InvalidError([FieldError("reason", "report_reason")])


def _confirms(status: Status, action: Action, to_confirm: bool) -> bool:
    return to_confirm and status is Status.APPROVED and action is Action.APPROVE
