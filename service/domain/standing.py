"""Which decision stands behind a comment's present state, when some have been undone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar
from uuid import UUID


class Decided(Protocol):
    """A row of a comment's chain."""

    @property
    def id(self) -> UUID: ...
    @property
    def version(self) -> int: ...
    @property
    def version_after(self) -> int: ...
    @property
    def undoes(self) -> UUID | None: ...


D = TypeVar("D", bound=Decided)


def standing(chain: Sequence[D], version: int) -> D | None:
    """The decision, of a chain given oldest first, whose outcome was the state at ``version``: the last one until then
    or, where that was an undo, the one that stood before what it undid. ``None`` before the first. The author's edits
    decide nothing.

    This is what makes undo go back any number of steps: approve, reject, undo, and the approval stands, and can be
    undone in turn.
    """
    by_id = {d.id: d for d in chain}
    while True:
        found = next((d for d in reversed(chain) if d.version_after <= version), None)
        if found is None or found.undoes is None:
            return found
        version = by_id[found.undoes].version
