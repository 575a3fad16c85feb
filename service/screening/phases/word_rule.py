"""A word or phrase that the newsroom has a rule for, in the text or in the name. One finding for each rule."""

from __future__ import annotations

from collections.abc import Iterator

from service.screening.facts import Facts, Finding
from service.screening.rules import Found, merged

VERSION = 1


def word_rule(facts: Facts) -> Iterator[Finding]:
    rules = facts.gathered.rules.value
    for found in rules.find(facts.folded):
        yield _finding("word_rule", found, merged(found.places))
    for found in rules.find(facts.folded_name):
        yield _finding("word_in_name", found, ())


def _finding(code: str, found: Found, places: tuple[tuple[int, int], ...]) -> Finding:
    rule = found.rule
    return Finding(code, found.label, VERSION, places, rule.outcome, rule.reason)
