"""Rules of words and phrases, as a newsroom writes them down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service.domain.errors import FieldError, InvalidError
from service.domain.moderation import REASONS
from service.text.clean import clean_line, length
from service.text.fold import fold
from service.text.phrases import Mode, is_usable

ACTIONS: tuple[str, ...] = ("hold", "reject", "spam")
MODES: tuple[str, ...] = tuple(mode.value for mode in Mode)
#: Of one site; phrases of one rule; of one phrase; exceptions of one rule.
MOST_RULES, MOST_PHRASES, MAX_PHRASE, MOST_EXCEPTIONS = 500, 100_000, 200, 100
MAX_NAME, MAX_SECTION = 80, 100


@dataclass(frozen=True)
class RuleDraft:
    """What a rule says. ``phrases`` as typed; one alone, or a whole list with one action. ``section``: the only one it
    holds in, if any. ``reason``: of a rule that rejects.
    """

    name: str
    phrases: tuple[str, ...]
    mode: str = Mode.CLITICS.value
    action: str = "hold"
    reason: str | None = None
    section: str = ""
    exceptions: tuple[str, ...] = ()


def read_rule(
    name: str, phrases: Iterable[str], mode: str, action: str, reason: str, section: str, exceptions: Iterable[str]
) -> RuleDraft:
    """What was typed, cleaned: each phrase once, a list without a name named after its first phrase. ``InvalidError``
    with everything that has to be mended.
    """
    kept, apart = _lines(phrases), _lines(exceptions)
    draft = RuleDraft(
        clean_line(name) or (kept[0][:MAX_NAME] if kept else ""),
        kept,
        mode,
        action,
        (reason or None) if action == "reject" else None,
        clean_line(section),
        apart,
    )
    if faults := list(_faults(draft)):
        raise InvalidError(faults)
    return draft


def _faults(draft: RuleDraft) -> Iterable[FieldError]:
    if not draft.phrases:
        yield FieldError("phrases", "required")
    if len(draft.phrases) > MOST_PHRASES:
        yield FieldError("phrases", "phrases_full", {"limit": MOST_PHRASES})
    for field, lines in (("phrases", draft.phrases), ("exceptions", draft.exceptions)):
        if any(length(line) > MAX_PHRASE for line in lines):
            yield FieldError(field, "phrase_too_long", {"limit": MAX_PHRASE})
    if not all(is_phrase(phrase) for phrase in draft.phrases):
        yield FieldError("phrases", "phrase_too_short")
    if len(draft.exceptions) > MOST_EXCEPTIONS:
        yield FieldError("exceptions", "phrases_full", {"limit": MOST_EXCEPTIONS})
    for field, value, limit in (("name", draft.name, MAX_NAME), ("section", draft.section, MAX_SECTION)):
        if length(value) > limit:
            yield FieldError(field, "too_long", {"limit": limit})
    if draft.mode not in MODES:
        yield FieldError("mode", "not_listed")
    if draft.action not in ACTIONS:
        yield FieldError("action", "not_listed")
    if draft.action == "reject" and draft.reason not in REASONS:
        yield FieldError("reason", "reason_required")


def is_phrase(phrase: str) -> bool:
    """Whether it says enough to be looked for, in whatever language."""
    return is_usable(fold(phrase, "ar"))


def _lines(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cleaned for line in lines if (cleaned := clean_line(line))))


def sorted_out(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """What of a file can be listed, and what cannot: it is too short to mean anything, or too long."""
    kept, left = list[str](), list[str]()
    for line in _lines(lines):
        (kept if is_phrase(line) and length(line) <= MAX_PHRASE else left).append(line)
    return kept, left
