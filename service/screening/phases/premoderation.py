"""The site holds everything."""

from __future__ import annotations

from collections.abc import Iterator

from service.screening.facts import Facts, Finding


def premoderation(facts: Facts) -> Iterator[Finding]:
    if facts.mode != "publish":
        yield Finding("premoderation", "mode:hold_all")
