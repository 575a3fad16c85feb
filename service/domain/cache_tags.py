"""The names by which a shared cache is told what to let go of, the same in answers and in the events that say so."""

from __future__ import annotations

import hashlib


def site_tag(slug: str) -> str:
    """On everything that is made of this site's comments."""
    return f"taliq-{slug}"


def thread_tag(slug: str, key: str) -> str:
    """On everything that is made of one thread's comments, also while nobody has written there."""
    return f"taliq-{slug}-{hashlib.sha256(key.encode()).hexdigest()[:16]}"
