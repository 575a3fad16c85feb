"""A field that nobody sees was filled in: whoever did so reads the page's source, not the page."""

from __future__ import annotations

from collections.abc import Iterator

from service.screening.facts import Facts, Finding


def honeypot(facts: Facts) -> Iterator[Finding]:
    if facts.form is not None and facts.form.trap_filled:
        yield Finding("trap_filled", "field:subject")
