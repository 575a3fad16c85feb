"""Where ready answers are kept, bounded by bytes: what is asked for once cannot push out what is asked for often."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from threading import Lock
from typing import Generic, Protocol, TypeVar

#: The part of the room that is for what has been asked for once.
NEWCOMERS = 0.2


class Sized(Protocol):
    """``size`` in bytes, always the same. ``used``: asked for again since it was put in, or last looked at."""

    used: bool

    @property
    def size(self) -> int: ...


T = TypeVar("T", bound=Sized)


class Table(Generic[T]):
    """Answers by key. A look-up takes no lock and moves nothing: it is marked as used, and moved when room is needed.

    Two queues: newcomers, and those that were used when their turn to go had come. A flood of keys that are asked for
    once passes through the first and leaves the second alone. (A "clock" in place of least recently used: Corbató,
    "A paging experiment with the Multics system", 1968.)
    """

    def __init__(self, room: int) -> None:
        self._new, self._kept = _Queue[T](int(room * NEWCOMERS)), _Queue[T](int(room * (1 - NEWCOMERS)))
        self._lock = Lock()

    def find(self, key: str) -> T | None:
        return self._kept.items.get(key) or self._new.items.get(key)

    def put(self, key: str, item: T) -> None:
        """In the place of what was there under this key, if anything was: that stays among the kept."""
        with self._lock:
            (self._kept if key in self._kept.items else self._new).put(key, item)
            for used_key, used in self._new.make_room():
                self._kept.put(used_key, used)
            for used_key, used in self._kept.make_room():
                self._kept.put(used_key, used)

    def drop(self, key: str, item: T) -> None:
        """Unless there is another one under this key by now."""
        with self._lock:
            for queue in (self._kept, self._new):
                if queue.items.get(key) is item:
                    queue.take(key)

    def all(self) -> list[tuple[str, T]]:
        """As they are now."""
        with self._lock:
            return [*self._kept.items.items(), *self._new.items.items()]

    def __len__(self) -> int:
        return len(self._kept.items) + len(self._new.items)

    @property
    def size(self) -> int:
        """Bytes."""
        return self._kept.size + self._new.size


class _Queue(Generic[T]):
    """In the order in which they came."""

    def __init__(self, room: int) -> None:
        self.items: OrderedDict[str, T] = OrderedDict()
        self.room, self.size = room, 0

    def put(self, key: str, item: T) -> None:
        before = self.items.get(key)
        self.size += item.size - (before.size if before else 0)
        self.items[key] = item

    def take(self, key: str) -> None:
        self.size -= self.items.pop(key).size

    def make_room(self) -> Iterator[tuple[str, T]]:
        """Takes out the oldest until there is room; those that were used are not lost by it."""
        while self.items and self.size > self.room:
            key, item = next(iter(self.items.items()))
            self.take(key)
            if item.used:
                item.used = False
                yield key, item
