"""The site holds everything."""

from __future__ import annotations

from service.screening.facts import Facts, Finding


def premoderation(facts: Facts) -> Finding | None:
    return Finding("premoderation", "mode:hold_all") if facts.mode != "publish" else None
