"""What a check may look at, and what it may say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from functools import cached_property
from typing import Generic, NoReturn, TypeVar
from uuid import UUID

from service.domain.trust import Standing
from service.text.fold import Folded, folded

T = TypeVar("T")


class Outcome(IntEnum):
    """What a finding asks for, the stricter the higher. ``NOTE`` objects to nothing: it is there to be read."""

    NOTE = 0
    HOLD = 1
    REJECT = 2
    SPAM = 3

    @property
    def code(self) -> str:
        return self.name.lower()


class FactMissingError(Exception):
    """What a check needs to know could not be found out. The message names it."""


@dataclass(frozen=True)
class Known(Generic[T]):
    value: T


@dataclass(frozen=True)
class Missing:
    """Whoever asks for the value fails, and so holds the comment; who needs it not is not touched by it."""

    why: str

    @property
    def value(self) -> NoReturn:
        raise FactMissingError(self.why)


#: What the database was asked before screening.
Fact = Known[T] | Missing


@dataclass(frozen=True)
class Form:
    """How a comment came. ``age``: since the form was handed out; ``None`` when it names no form of this thread."""

    age: timedelta | None
    trap_filled: bool


@dataclass(frozen=True)
class Alike:
    """What the last three days have brought that is nearly the same: so many comments, all of them in ``cluster``.
    ``lately``: how many of them in this thread within the last ten minutes.
    """

    count: int = 0
    lately: int = 0
    cluster: UUID | None = None


@dataclass(frozen=True)
class Gathered:
    """What the site's past says. What was not asked for is missing."""

    #: Whether the site has received a text that folds to the same.
    text_seen: Fact[bool] = Missing("text_seen")
    #: How far the author is trusted, as far as it is proven who that is.
    standing: Fact[Standing] = Missing("standing")
    #: What is nearly the same, or of a short text the very same.
    alike: Fact[Alike] = Missing("alike")


#: A past that says nothing: of what has none, as a reply of the staff.
NO_PAST = Gathered(
    text_seen=Known(False),
    standing=Known(Standing()),
    alike=Known(Alike()),
)


@dataclass(frozen=True)
class Facts:
    """Gathered by the use case before screening starts. ``body`` and ``name`` are cleaned, as stored; ``language`` is
    the site's. ``form`` is ``None`` for what does not come by the comment form: an edit, a reply of the staff.
    """

    mode: str
    language: str
    name: str
    body: str
    website: str | None
    form: Form | None = None
    gathered: Gathered = Gathered()

    @cached_property
    def folded(self) -> Folded:
        """The body's key, with the way back to the body."""
        return folded(self.body, self.language)

    @cached_property
    def folded_name(self) -> Folded:
        return folded(self.name, self.language)


@dataclass(frozen=True)
class Finding:
    """What one check saw. ``spans`` are code point offsets into the body, end exclusive. ``reason``: the code of the
    reason, for a finding that rejects.
    """

    code: str
    rule: str
    check_version: int = 1
    spans: tuple[tuple[int, int], ...] = ()
    outcome: Outcome = Outcome.HOLD
    reason: str | None = None


#: A check yields what it sees, in reading order; nothing when all is well.
Phase = Callable[[Facts], Iterator[Finding]]
