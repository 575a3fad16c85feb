"""What was committed here of what the public sees, and who makes ready for it before it is told."""

from __future__ import annotations

from collections.abc import Callable, Collection
from threading import Lock

#: Gets the number of a change and the tags of the answers that are others now (see ``domain.cache_tags``), in the
#: thread that committed it and before whoever asked for it has an answer. It may not raise.
Follower = Callable[[int, Collection[str]], None]


class Changes:
    """Numbered in the order of their commits, from 1. ``committed``: the latest. ``told``: whoever keeps an answer that
    knows of fewer has to look again; a change is told when all followers have done with it.
    """

    def __init__(self) -> None:
        self.committed = self.told = 0
        self._followers: list[Follower] = []
        self._counting = Lock()

    def follow(self, follower: Follower) -> None:
        self._followers.append(follower)

    def note(self, tags: Collection[str]) -> None:
        """After the commit of a change: of answers with any of these tags. More than were changed do no harm."""
        with self._counting:
            self.committed += 1
            number = self.committed
        try:
            for follower in self._followers:
                follower(number, tags)
        finally:
            with self._counting:
                self.told = max(self.told, number)

    def catch_up(self) -> None:
        """Tells of all that was committed, whether everything is ready for it or not: somebody is about to be answered
        who may have seen it.
        """
        with self._counting:
            self.told = self.committed
