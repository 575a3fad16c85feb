"""A proven author whom moderators watch, put last or have blocked, or whose record is bad.

``slow`` is held like ``watched``, and weighs the other way in the order of the queue. ``blocked`` is rejected, and not
taken for spam: nobody has said that of this text, and nothing should be learned from it. Among the rejected a moderator
finds it again and can approve it; until then it takes nobody's time, which is what blocking is for. No moderator has
decided it, so it counts for nothing in the author's record, and whoever lifts the block finds that as it was.

Trust lets nothing through: that is the site's mode to do.
"""

from __future__ import annotations

from collections.abc import Iterator

from service.domain.trust import Level
from service.screening.facts import Facts, Finding, Outcome


def distrusted_author(facts: Facts) -> Iterator[Finding]:
    standing = facts.gathered.standing.value
    rule = "set:by_hand" if standing.by_hand else "record:bad"
    if standing.level is Level.WATCHED:
        yield Finding("author_watched", rule)
    elif standing.level is Level.SLOW:
        yield Finding("author_slow", rule)
    elif standing.level is Level.BLOCKED:
        yield Finding("author_blocked", rule, outcome=Outcome.REJECT, reason="other")
