"""The site, or the thread, holds everything, but for what the model may publish by itself where the newsroom has opened
that lane. A mode that this release knows nothing of holds everything without exception.
"""

from __future__ import annotations

from collections.abc import Iterator

from service.domain.site import MODES, UNREAD
from service.screening.facts import Facts, Finding, Outcome


def premoderation(facts: Facts) -> Iterator[Finding]:
    if facts.mode not in UNREAD:
        outcome = Outcome.NOTE if facts.mode == MODES[0] and facts.alone else Outcome.HOLD
        yield Finding("premoderation", f"mode:{facts.mode}", outcome=outcome)
