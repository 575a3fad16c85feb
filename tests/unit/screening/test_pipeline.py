"""All checks run, every finding is kept, the strictest decides; and no fault of a check publishes anything."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from service.screening import pipeline
from service.screening.facts import NO_PAST, FactMissingError, Facts, Finding, Missing, Outcome
from service.screening.phases import PHASES
from service.screening.pipeline import Verdict, screen

FACTS = Facts("publish", "ar", "سلمى", "نص", None, gathered=NO_PAST)


def says(*outcomes: Outcome, reason: str | None = None):
    def phase(_: Facts) -> Iterator[Finding]:
        for outcome in outcomes:
            yield Finding(f"asks_{outcome.code}", "rule", outcome=outcome, reason=reason)

    return phase


def fails(_: Facts) -> Iterator[Finding]:
    yield Finding("half_done", "rule", outcome=Outcome.NOTE)
    raise ValueError("no such thing")


@pytest.mark.parametrize(
    ("outcomes", "strictest"),
    [
        ((), Outcome.NOTE),
        ((Outcome.NOTE,), Outcome.NOTE),
        ((Outcome.NOTE, Outcome.HOLD), Outcome.HOLD),
        ((Outcome.REJECT, Outcome.HOLD), Outcome.REJECT),
        ((Outcome.SPAM, Outcome.REJECT, Outcome.NOTE), Outcome.SPAM),
    ],
)
def test_the_strictest_finding_decides_and_all_are_kept(outcomes: tuple[Outcome, ...], strictest: Outcome) -> None:
    verdict = screen(FACTS, [says(o) for o in outcomes])
    assert verdict.outcome is strictest
    assert [f.outcome for f in verdict.findings] == list(outcomes)
    assert verdict.publish is (strictest is Outcome.NOTE)


def test_a_rejection_has_the_reason_of_the_first_rule_that_rejects() -> None:
    rejects = [says(Outcome.REJECT), says(Outcome.REJECT, reason="insult")]
    verdict = screen(FACTS, [says(Outcome.HOLD, reason="hate"), *rejects])
    assert verdict.reason == "insult"
    assert verdict.decisive is not None
    assert verdict.decisive.outcome is Outcome.REJECT


@pytest.mark.parametrize("broken", range(len(PHASES)))
def test_every_check_that_fails_holds_and_the_others_still_speak(broken: int) -> None:
    def raises(_: Facts) -> Iterator[Finding]:
        raise RuntimeError

    heard: list[tuple[str, Exception]] = []
    phases = [raises if n == broken else phase for n, phase in enumerate(PHASES)]
    verdict = screen(FACTS, phases, lambda name, error: heard.append((name, error)))
    assert [(f.code, f.outcome) for f in verdict.findings] == [("screening_incomplete", Outcome.HOLD)]
    assert [name for name, _ in heard] == ["raises"]


def test_what_a_check_saw_before_it_failed_is_not_half_believed() -> None:
    assert [f.code for f in screen(FACTS, [fails]).findings] == ["screening_incomplete"]


def test_a_fact_that_could_not_be_found_out_holds_by_the_check_that_needs_it() -> None:
    heard: list[tuple[str, Exception]] = []
    facts = replace(FACTS, gathered=replace(NO_PAST, text_seen=Missing("text_seen")))
    verdict = screen(facts, on_failure=lambda name, error: heard.append((name, error)))
    assert [(f.code, f.rule) for f in verdict.findings] == [("screening_incomplete", "failed:duplicate_text")]
    assert isinstance(heard[0][1], FactMissingError)


def hanging(started: threading.Event, go_on: threading.Event):
    def hangs(_: Facts) -> Iterator[Finding]:
        started.set()
        go_on.wait(60)
        yield Finding("too_late", "rule", outcome=Outcome.SPAM)

    return hangs


def test_a_check_that_hangs_is_left_and_what_is_behind_it_counts_as_not_made() -> None:
    started, go_on = threading.Event(), threading.Event()
    heard: list[tuple[str, Exception]] = []
    before, behind = says(Outcome.REJECT), says(Outcome.NOTE)
    try:
        verdict = screen(
            FACTS, [before, hanging(started, go_on), behind], lambda n, e: heard.append((n, e)), deadline=0.05
        )
    finally:
        go_on.set()
    assert started.is_set()
    assert [(f.code, f.rule) for f in verdict.findings] == [
        ("asks_reject", "rule"),
        ("screening_incomplete", "late:hangs"),
        ("screening_incomplete", "late:phase"),
    ]
    assert [(name, type(error)) for name, error in heard] == [("hangs", TimeoutError)]


def test_when_all_places_are_taken_by_checks_that_hang_comments_are_held_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pipeline, "_room", threading.BoundedSemaphore(1))
    started, go_on = threading.Event(), threading.Event()
    try:
        screen(FACTS, [hanging(started, go_on)], deadline=0.05)
        verdict = screen(FACTS, [])
        assert [(f.code, f.rule) for f in verdict.findings] == [("screening_incomplete", "busy")]
    finally:
        go_on.set()
    assert _when_there_is_room() == Verdict(Outcome.NOTE, ())


def _when_there_is_room() -> Verdict:
    """The thread that was left gives its place back when it ends."""
    for thread in threading.enumerate():
        if thread.name == "screening":
            thread.join(10)
    return screen(FACTS, [])
