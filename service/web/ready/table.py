"""Where ready answers are kept, bounded by bytes: what is asked for once cannot push out what is asked for often."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Generic, Protocol, TypeVar

#: The part of the room that what has been asked for once may have when there is not room for all.
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
        self._new, self._kept = _Queue[T](), _Queue[T]()
        self._room = room
        self._lock = Lock()

    def find(self, key: str) -> T | None:
        return self._kept.items.get(key) or self._new.items.get(key)

    def put(self, key: str, item: T) -> None:
        """In the place of what was there under this key, if anything was: that stays among the kept."""
        with self._lock:
            (self._kept if key in self._kept.items else self._new).put(key, item)
            while self.size > self._room:
                crowded = self._new.size > self._room * NEWCOMERS or not self._kept.items
                oldest, old = (self._new if crowded else self._kept).take_oldest()
                if old.used:
                    old.used = False
                    self._kept.put(oldest, old)

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

    def __init__(self) -> None:
        self.items: OrderedDict[str, T] = OrderedDict()
        self.size = 0

    def put(self, key: str, item: T) -> None:
        before = self.items.get(key)
        self.size += item.size - (before.size if before else 0)
        self.items[key] = item

    def take(self, key: str) -> None:
        self.size -= self.items.pop(key).size

    def take_oldest(self) -> tuple[str, T]:
        key, item = next(iter(self.items.items()))
        self.take(key)
        return key, item
