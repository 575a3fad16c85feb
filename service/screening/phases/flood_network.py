"""More comments from one network, or from the networks around it, than people there write.

One network (/32, /64) sends eight in ten minutes and thirty in an hour, a tenth of what is refused with 429 by default;
those around it (/24, /56) together three times as many, since a mobile provider's customers share few addresses. What
comes above it waits; nothing is refused. Authors whom moderators have approved, and who prove it is them, are not held
for their neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator

from service.screening.facts import Facts, Finding

MOMENT, HOUR = 8, 30
AROUND = 3


def flood_network(facts: Facts) -> Iterator[Finding]:
    if facts.form is None:
        return
    arrivals = facts.gathered.arrivals.value
    for counted, times, rule in ((arrivals.network, 1, "network"), (arrivals.around, AROUND, "around")):
        if counted.moment >= MOMENT * times or counted.hour >= HOUR * times:
            if not facts.gathered.known_author.value:
                yield Finding("flood_network", rule)
            return
