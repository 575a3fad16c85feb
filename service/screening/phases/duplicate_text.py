"""The site has received this text before."""

from __future__ import annotations

from collections.abc import Iterator

from service.screening.facts import Facts, Finding


def duplicate_text(facts: Facts) -> Iterator[Finding]:
    if facts.gathered.text_seen.value:
        yield Finding("duplicate_text", "same_folded_text")
