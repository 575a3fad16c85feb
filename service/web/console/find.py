"""The search box of the queue and its filters, in the words of a language."""

from __future__ import annotations

from service.domain.desk import SORTS, Ask
from service.domain.moderation import REASONS
from service.domain.urgency import FINDINGS
from service.i18n import LANGUAGES, language_name, t
from service.web.console.batches import is_batch

#: Filters that are typed, in the order they stand.
TYPED = ("author", "thread", "section", "by")
DAYS = ("since", "until")


def find_form(language: str, ask: Ask, typed: str) -> dict[str, object]:
    """``typed`` is the search text as it was written, operators and all; the filters it set are not set once more."""
    given = ask.given()
    return {
        "search": typed,
        "sorts": [_choice(s, t(language, f"sort.{s}"), s == ask.order) for s in SORTS],
        "typed": [(name, t(language, f"filter.{name}"), given.get(name, "")) for name in TYPED],
        "days": [(name, t(language, f"filter.{name}"), given.get(name, "")) for name in DAYS],
        "chosen": [
            ("finding", t(language, "filter.finding"), _findings(language, ask.finding)),
            ("reason", t(language, "filter.reason"), _reasons(language, ask.reason)),
            ("language", t(language, "filter.language"), _languages(ask.language)),
        ],
        # A batch is not searched for: its link has been followed.
        "narrowed": bool(given) and not is_batch(ask),
    }


def _findings(language: str, current: str) -> list[dict[str, object]]:
    return [_choice(code, t(language, f"finding.{code}"), code == current) for code in FINDINGS]


def _reasons(language: str, current: str) -> list[dict[str, object]]:
    return [_choice(code, t(language, f"reason.{code}"), code == current) for code in REASONS]


def _languages(current: str) -> list[dict[str, object]]:
    return [_choice(code, language_name(code), code == current) for code in LANGUAGES]


def _choice(value: str, label: str, chosen: bool) -> dict[str, object]:
    return {"value": value, "label": label, "chosen": chosen}
