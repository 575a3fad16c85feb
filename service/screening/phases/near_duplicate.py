"""The site has received nearly this text in the last three days: a word is another, or an address, or a number.

The rule names the cluster and how many others are in sight. The very same text is ``duplicate_text``; of a few words
nothing is nearly the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from service.screening.facts import Facts, Finding, Known
from service.text.shingles import is_short


def near_duplicate(facts: Facts) -> Iterator[Finding]:
    if facts.gathered.text_seen == Known(True) or is_short(facts.folded.text):
        return
    alike = facts.gathered.alike.value
    if alike.cluster is not None:
        yield Finding("near_duplicate", f"cluster:{alike.cluster.hex}:{alike.count}")
