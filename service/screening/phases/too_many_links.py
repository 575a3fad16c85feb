"""As many links as spam has. The site says how many; two, as in WordPress ("Hold a comment in the queue if it contains
2 or more links"), unless it says otherwise. Other than there, the website counts, since it becomes a link as well.
"""

from __future__ import annotations

from collections.abc import Iterator

from service.screening.facts import Facts, Finding


def too_many_links(facts: Facts) -> Iterator[Finding]:
    if facts.staff or not facts.hold_links:
        return
    spans = tuple((link.start, link.end) for link in facts.links if link.plain)
    if len(spans) + bool(facts.website) >= facts.hold_links:
        yield Finding("too_many_links", f"links:{facts.hold_links}", spans=spans)
