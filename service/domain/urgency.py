"""How urgent a comment is: one number, worked out when something is learned of it, so that a queue in that order is one
walk along an index.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

#: Nothing is known against it. The lower, the more urgent; never below zero.
CALM = 1000
#: What a finding says about how soon somebody should look. One that is not named here weighs ``_OTHER``.
FINDINGS: Mapping[str, int] = {
    "premoderation": 0,
    "first_comment": 0,
    "form_missing": 10,
    "form_stale": 10,
    "old_thread": 20,
    "flood_network": 30,
    "flood_author": 30,
    "flood_thread": 10,
    "flood_site": 10,
    "duplicate_text": 40,
    "near_duplicate": 40,
    "too_many_links": 40,
    "disposable_address": 30,
    "disguised_word": 60,
    "word_in_name": 70,
    "word_rule": 100,
    "form_too_fast": 60,
    "trap_filled": 60,
    "hidden_characters": 80,
    "impersonation": 80,
    "listed_host": 90,
    "author_watched": 20,
    # Held, and the others first.
    "author_slow": -400,
    "author_blocked": 0,
    "likely_bad": 100,
    "likely_fine": 0,
    "leans_bad": 50,
}
_OTHER = 30
#: What holds nothing and still says that somebody should look sooner.
ORDERS = frozenset({"likely_bad", "leans_bad"})
#: A reader's report weighs more than what a check suspects: somebody has read it.
REPORT = 150


def rank(findings: Iterable[str], reports: int = 0) -> int:
    """The place in the order of urgency of a comment with findings of these codes and so many open reports. Each code
    counts once. Among equals the one that has waited longest comes first.
    """
    weight = sum(FINDINGS.get(code, _OTHER) for code in set(findings)) + REPORT * reports
    return max(0, CALM - weight)


def rank_of(found: Iterable[tuple[str, bool]], reports: int = 0) -> int:
    """``rank`` of what the checks have said: each finding's code, and whether it objects to anything. What objects to
    nothing does not hurry, but for ``ORDERS``.
    """
    return rank((code for code, objects in found if objects or code in ORDERS), reports)
