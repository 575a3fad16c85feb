"""Runs every check and keeps every finding; the verdict is the strictest of them.

A check that fails, or is not done in time, is itself a finding that holds: faults never publish, and never lose.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import BoundedSemaphore, Thread

from service.screening.facts import Facts, Finding, Outcome, Phase
from service.screening.phases import PHASES

#: How long all the checks of one comment may take together, in seconds. Some milliseconds are usual.
DEADLINE = 5.0
#: How many comments may be in the checks at once. One behind them is held unscreened: it waits for a moderator anyway.
ROOM = 64
INCOMPLETE = "screening_incomplete"

_room = BoundedSemaphore(ROOM)
OnFailure = Callable[[str, Exception], None]


@dataclass(frozen=True)
class Verdict:
    """``outcome``: what the findings ask for together; ``NOTE`` when none objects."""

    outcome: Outcome
    findings: tuple[Finding, ...]

    @property
    def publish(self) -> bool:
        return self.outcome is Outcome.NOTE

    @property
    def reason(self) -> str | None:
        """Why it is rejected: the reason of the first finding that has one."""
        return next((f.reason for f in self.findings if f.outcome is Outcome.REJECT and f.reason), None)

    @property
    def decisive(self) -> Finding | None:
        """The first of the strictest findings."""
        return next((f for f in self.findings if f.outcome is self.outcome), None)


def verdict_of(findings: Sequence[Finding]) -> Verdict:
    """The strictest."""
    return Verdict(max((f.outcome for f in findings), default=Outcome.NOTE), tuple(findings))


def screen(
    facts: Facts,
    phases: Sequence[Phase] = PHASES,
    on_failure: OnFailure = lambda name, error: None,
    deadline: float = DEADLINE,
) -> Verdict:
    """The verdict on one text, at the latest after ``deadline`` seconds. ``on_failure`` hears the name of a check that
    raised or took too long.

    The checks run on a thread of their own, since nothing else can leave one that hangs. It is left behind then, stops
    at the next check, and keeps its place among ``ROOM`` until it does.
    """
    running = _Run(facts, phases, _room)
    if not running.room.acquire(blocking=False):
        on_failure("all", TimeoutError())
        return verdict_of([_incomplete("busy")])
    thread = Thread(target=running.run, name="screening", daemon=True)
    try:
        thread.start()
    except RuntimeError as refused:
        # The machine has no thread left to give.
        running.room.release()
        on_failure("all", refused)
        return verdict_of([_incomplete("busy")])
    thread.join(deadline)
    findings, failures = running.leave()
    for name, error in failures:
        on_failure(name, error)
    return verdict_of(findings)


class _Run:
    """One text's way through the checks."""

    def __init__(self, facts: Facts, phases: Sequence[Phase], room: BoundedSemaphore) -> None:
        self._facts, self._phases, self.room = facts, phases, room
        self._findings: list[Finding] = []
        self._failures: list[tuple[str, Exception]] = []
        self._done = 0
        self._left = False

    def run(self) -> None:
        try:
            for phase in self._phases:
                if self._left:
                    return
                found, failure = _look(phase, self._facts)
                # What comes too late is dropped: the verdict has been read.
                if not self._left:
                    self._findings += found
                    self._failures += failure
                    self._done += 1
        finally:
            self.room.release()

    def leave(self) -> tuple[list[Finding], list[tuple[str, Exception]]]:
        """What is known by now. The checks that are not done have each not been made, and the first of them hangs."""
        self._left = True
        done, findings, failures = self._done, list(self._findings), list(self._failures)
        late = [phase.__name__ for phase in self._phases[done:]]
        if late:
            failures.append((late[0], TimeoutError()))
        return [*findings, *(_incomplete(f"late:{name}") for name in late)], failures


def _look(phase: Phase, facts: Facts) -> tuple[list[Finding], list[tuple[str, Exception]]]:
    try:
        return list(phase(facts)), []
    except Exception as error:
        return [_incomplete(f"failed:{phase.__name__}")], [(phase.__name__, error)]


def _incomplete(rule: str) -> Finding:
    return Finding(INCOMPLETE, rule[:80])
