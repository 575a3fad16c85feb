"""Characters that reorder or hide text (Trojan Source, CVE-2021-42574), with their places."""

from __future__ import annotations

from collections.abc import Iterator

from service.screening.facts import Facts, Finding
from service.text.bidi import hidden_spans


def hidden_characters(facts: Facts) -> Iterator[Finding]:
    spans = hidden_spans(facts.body)
    if spans:
        yield Finding("hidden_characters", "bidi_or_invisible", spans=tuple(spans))
