"""Characters that reorder or hide text (Trojan Source, CVE-2021-42574), with their places."""

from __future__ import annotations

from service.screening.facts import Facts, Finding
from service.text.bidi import hidden_spans


def hidden_characters(facts: Facts) -> Finding | None:
    spans = hidden_spans(facts.body)
    return Finding("hidden_characters", "bidi_or_invisible", spans=tuple(spans)) if spans else None
