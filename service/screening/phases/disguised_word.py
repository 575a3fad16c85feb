"""What may be a listed word in disguise: letters apart, without dots, or of another script. It only ever holds."""

from __future__ import annotations

from collections.abc import Iterator

from service.screening.facts import Facts, Finding
from service.screening.rules import merged


def disguised_word(facts: Facts) -> Iterator[Finding]:
    for found in facts.gathered.rules.value.suspect(facts.folded):
        yield Finding("disguised_word", found.label, spans=merged(found.places))
