"""What the use cases need from outside the process; each as narrow as its consumer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

#: Aware UTC time.
Clock = Callable[[], datetime]
#: A new UUIDv7 for the given moment; later calls give greater ids.
NewId = Callable[[datetime], UUID]


@dataclass(frozen=True)
class Sealed:
    """An address as it lies in the database: bytes that say nothing without the key named."""

    key_id: str
    data: bytes = field(repr=False)


class Vault(Protocol):
    """Keeps addresses. Opening is for mail, the reader who retypes it, and a logged reveal; nothing else."""

    @property
    def current_key(self) -> str: ...

    def seal(self, address: str, *, site: UUID, comment: UUID) -> Sealed:
        """Bound to its row: moved to another comment it can no longer be opened."""
        ...

    def open(self, sealed: Sealed, *, site: UUID, comment: UUID) -> str: ...

    def fingerprint(self, canonical: str, *, site: UUID) -> bytes:
        """16 bytes, equal for equal addresses within one site only."""
        ...


class Signer(Protocol):
    """Keyed digests for things we hand out and later recognise."""

    def receipt(self, comment: UUID, generation: int) -> str: ...

    def read_receipt(self, receipt: str) -> UUID | None:
        """The comment a well-formed receipt speaks of. Whether it is valid, ``receipt`` decides."""
        ...

    def status_token(self, comment: UUID) -> str:
        """Lets whoever holds it ask where one comment stands, and nothing else."""
        ...

    def read_status_token(self, token: str) -> UUID | None:
        """The comment a valid token speaks of, else ``None``."""
        ...

    def open_code(self, comment: UUID, generation: int, at: datetime) -> str:
        """Stands for the receipt where the receipt itself must not be shown. Old ones are for the reader of it
        to refuse."""
        ...

    def read_open_code(self, code: str) -> tuple[UUID, int, datetime] | None:
        """What a valid code was made from, else ``None``."""
        ...

    def form_token(self, site: UUID, thread_key: str, at: datetime) -> str:
        """Goes into the form of one thread; says when it was handed out, and nothing of whom to."""
        ...

    def read_form_token(self, token: str, site: UUID, thread_key: str) -> datetime | None:
        """When a valid token of this very thread was made, else ``None``."""
        ...

    def device_token(self, site: UUID, author: UUID, generation: int, at: datetime) -> str:
        """Lets whoever holds it write as this author of this site, and nothing else: it opens nothing."""
        ...

    def read_device_token(self, token: str, site: UUID) -> tuple[UUID, int, datetime] | None:
        """Author, generation and time of a token signed for this very site, else ``None``. Whether it still holds is
        for the reader of it to say.
        """
        ...

    def digest(self, purpose: str, *parts: str) -> bytes:
        """16 keyed bytes over unambiguous parts."""
        ...


class SharedCounts(Protocol):
    """Hits counted for all machines together."""

    def hit(self, count: int, seconds: int, *key: str) -> int | None:
        """Counts one; 0 when there are at most ``count`` in any ``seconds``, else the seconds until another may be. A
        refused one is not counted. ``None``: they cannot be had now, and nobody is kept waiting for them.
        """
        ...

    def close(self) -> None: ...


class PasswordHasher(Protocol):
    def hash(self, password: str) -> str: ...

    def verify(self, stored: str | None, password: str) -> bool:
        """Whether it matches. An unknown account (``None``) costs the same time as a known one."""
        ...

    def needs_rehash(self, stored: str) -> bool: ...
