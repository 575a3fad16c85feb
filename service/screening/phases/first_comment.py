"""Of this author no moderator has approved a comment yet, where the site or the thread wants to see the first one.

An author is known by proof alone. Whoever proves nothing writes for the first time, every time: a typed name or address
could be anybody's. What the model may publish by itself, where the newsroom has opened that lane, need not be seen.
"""

from __future__ import annotations

from collections.abc import Iterator

from service.screening.facts import Facts, Finding, Outcome


def first_comment(facts: Facts) -> Iterator[Finding]:
    if facts.mode != "hold_first_timers" or facts.staff:
        return
    if facts.gathered.known_author.value:
        return
    outcome = Outcome.NOTE if facts.alone else Outcome.HOLD
    yield Finding("first_comment", "mode:hold_first_timers", outcome=outcome)
