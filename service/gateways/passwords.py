"""Moderators' passwords: Argon2id by argon2-cffi."""

from __future__ import annotations

import os
import threading
from base64 import b64encode

from argon2 import PasswordHasher as Argon2
from argon2.exceptions import InvalidHashError, VerificationError

#: OWASP's minimum (19 MiB, 2 passes, 1 lane): about 50 ms here, and small hosts can bear it.
MEMORY_KIB = 19 * 1024
PASSES = 2
#: Verifications at once. Each takes its memory; the rest wait their turn.
AT_ONCE = 4


class Argon2Passwords:
    """Hashes and verifies. The time for an unknown account is that of a known one."""

    def __init__(self) -> None:
        self._argon2 = Argon2(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1)
        salt, digest = (b64encode(os.urandom(size)).decode().rstrip("=") for size in (16, 32))
        #: The hash of no password: to find that out costs what it costs for a real one.
        self._decoy = f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p=1${salt}${digest}"
        self._gate = threading.BoundedSemaphore(AT_ONCE)

    def hash(self, password: str) -> str:
        return self._argon2.hash(password)

    def verify(self, stored: str | None, password: str) -> bool:
        with self._gate:
            try:
                matches = self._argon2.verify(stored or self._decoy, password)
            except (VerificationError, InvalidHashError):
                return False
        return matches and stored is not None

    def needs_rehash(self, stored: str) -> bool:
        return self._argon2.check_needs_rehash(stored)
