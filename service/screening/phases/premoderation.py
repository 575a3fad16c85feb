"""The site, or the thread, holds everything. So does a mode that this release knows nothing of."""

from __future__ import annotations

from collections.abc import Iterator

from service.domain.site import UNREAD
from service.screening.facts import Facts, Finding


def premoderation(facts: Facts) -> Iterator[Finding]:
    if facts.mode not in UNREAD:
        yield Finding("premoderation", f"mode:{facts.mode}")
