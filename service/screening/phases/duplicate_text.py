"""The site has received this text before."""

from __future__ import annotations

from service.screening.facts import Facts, Finding


def duplicate_text(facts: Facts) -> Finding | None:
    return Finding("duplicate_text", "same_folded_text") if facts.text_seen else None
