"""A link leads to a host that stands, itself or with a domain above it, in one of the site's lists.

Every list it stands in is a finding of its own, in the order of their names, and asks for what that list asks for.
"""

from __future__ import annotations

from collections.abc import Iterator

from service.screening.facts import Facts, Finding, Outcome
from service.text.hosts import with_parents


def listed_host(facts: Facts) -> Iterator[Finding]:
    if facts.staff:
        return
    listed = facts.gathered.listed_hosts.value
    if not listed:
        return
    links = [(set(with_parents(link.host)), (link.start, link.end)) for link in facts.links if link.host]
    for name, action in sorted({(entry.list, entry.action) for entry in listed}):
        hosts = {entry.host for entry in listed if entry.list == name}
        spans = tuple(place for names, place in links if names & hosts)
        outcome = Outcome[action.upper()]
        reason = "spam" if outcome is Outcome.REJECT else None
        # Nothing in the body is marked when it is the website.
        yield Finding("listed_host", f"list:{name}", spans=spans, outcome=outcome, reason=reason)
