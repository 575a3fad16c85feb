"""What the site's moderators have decided of comments like this one. A note to be read: it holds nothing."""

from __future__ import annotations

from collections.abc import Iterator

from service.screening.facts import Facts, Finding, Outcome, Precedent

#: All that is said here, by the lane it is said of; of one text never more than one of them.
_OF_LANE = {"bad": "likely_bad", "fine": "likely_fine", "leaning": "leans_bad"}
CODES = frozenset(_OF_LANE.values())


def past_decisions(facts: Facts) -> Iterator[Finding]:
    note = note_of(facts.gathered.precedent.value)
    # What the model answers for is looked at without a word of what it thinks, drawn by lot or held by something else:
    # the one would be known by the other.
    if note is not None and facts.lane is None:
        yield note


def note_of(found: Precedent | None) -> Finding | None:
    """``rule``: so many of so many were rejected."""
    code = _OF_LANE.get(found.lane) if found else None
    if found is None or code is None:
        return None
    return Finding(code, f"{found.bad}/{found.all}", spans=found.spans, outcome=Outcome.NOTE)
