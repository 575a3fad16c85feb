"""More comments of one author than anybody writes who also reads: six in ten minutes, twenty in an hour.

Proven authors alone are counted, known ones as well, since a good name may have been earned for this. A typed address
counts for nothing: whoever knows one could have its owner's comments held, or learn from the answer that the owner has
just written. Who proves nothing is counted by the network. What is above waits.
"""

from __future__ import annotations

from collections.abc import Iterator

from service.screening.facts import Facts, Finding

MOMENT, HOUR = 6, 20


def flood_author(facts: Facts) -> Iterator[Finding]:
    if facts.form is None:
        return
    counted = facts.gathered.arrivals.value.author
    if counted.moment >= MOMENT or counted.hour >= HOUR:
        yield Finding("flood_author", "author")
