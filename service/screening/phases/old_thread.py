"""Nobody has read this discussion for a long time but those who look for such.

Old is one that began, or was opened again, more than ninety days ago, and in which moderators have approved nothing
since: readers of news are gone long before, and spam prefers pages nobody looks at. What a site wants closed it closes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from service.screening.facts import Facts, Finding

OLD = timedelta(days=90)


def old_thread(facts: Facts) -> Iterator[Finding]:
    if not facts.staff and facts.gathered.thread_silent.value > OLD:
        yield Finding("old_thread", f"days:{OLD.days}")
