"""What the site's moderators have decided of comments like this one. A note to be read: it holds nothing."""

from __future__ import annotations

from collections.abc import Iterator

from service.screening.facts import Facts, Finding, Outcome


def past_decisions(facts: Facts) -> Iterator[Finding]:
    """``rule``: so many of so many were rejected."""
    found = facts.gathered.precedent.value
    # What is audited is looked at without a word of what the model thinks.
    if found is None or facts.audited:
        return
    record = f"{found.bad}/{found.all}"
    if found.lane == "bad":
        yield Finding("likely_bad", record, spans=found.spans, outcome=Outcome.NOTE)
    elif found.lane == "fine":
        yield Finding("likely_fine", record, outcome=Outcome.NOTE)
