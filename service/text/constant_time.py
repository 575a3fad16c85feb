"""Comparing what must not be guessed byte by byte."""

from __future__ import annotations

import hmac


def equal(given: str, expected: str) -> bool:
    """Equality in time that depends on the lengths only."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())
