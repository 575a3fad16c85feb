"""The names by which a shared cache is told what to let go of, the same in answers and in the events that say so."""

from __future__ import annotations

import hashlib
from datetime import timedelta

#: How long after a change was written a shared cache is told to let go of what it has: a second for the commit, and one
#: in which another process may still answer as before. Told sooner, it would keep that for its whole life once more.
TOLD_AFTER = timedelta(seconds=2)


def site_tag(slug: str) -> str:
    """On everything that is made of this site's comments."""
    return f"taliq-{slug}"


def feed_tag(slug: str) -> str:
    """On what is made of the newest comments of all threads: it changes with each of them, and is let go of without
    the rest. No site's name holds an underscore, so no other tag is like it.
    """
    return f"taliq-{slug}_feed"


def thread_tag(slug: str, key: str) -> str:
    """On everything that is made of one thread's comments, also while nobody has written there."""
    return f"taliq-{slug}-{hashlib.sha256(key.encode()).hexdigest()[:16]}"
