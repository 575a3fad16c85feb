"""Runs every check and keeps every finding. A check that fails is itself a finding: faults hold, never publish."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from service.screening.facts import Facts, Finding, Phase
from service.screening.phases import PHASES


@dataclass(frozen=True)
class Verdict:
    """``publish`` only when no check objects."""

    publish: bool
    findings: tuple[Finding, ...]


def screen(
    facts: Facts,
    phases: Sequence[Phase] = PHASES,
    on_failure: Callable[[str, Exception], None] = lambda name, error: None,
) -> Verdict:
    """The verdict on one text. ``on_failure`` hears the name of a check that raised."""
    findings: list[Finding] = []
    for phase in phases:
        try:
            found = phase(facts)
        except Exception as error:
            on_failure(phase.__name__, error)
            found = Finding("screening_incomplete", f"failed:{phase.__name__}"[:80])
        if found is not None:
            findings.append(found)
    return Verdict(publish=not findings, findings=tuple(findings))
