"""What a check may look at, and what it may say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Form:
    """How a comment came. ``age``: since the form was handed out; ``None`` when it names no form of this thread."""

    age: timedelta | None
    trap_filled: bool


@dataclass(frozen=True)
class Facts:
    """Gathered by the use case before screening starts. ``body`` and ``name`` are cleaned, as stored. ``form`` is
    ``None`` for what does not come by the comment form: an edit, a reply of the staff.
    """

    mode: str
    name: str
    body: str
    website: str | None
    text_seen: bool
    form: Form | None = None


@dataclass(frozen=True)
class Finding:
    """What one check saw. ``spans`` are code point offsets into the body, end exclusive."""

    code: str
    rule: str
    check_version: int = 1
    spans: tuple[tuple[int, int], ...] = ()


#: A check: one finding, or none.
Phase = Callable[[Facts], Finding | None]
