"""Whether the comment came by a form of ours, and how long somebody had it before them.

A program that posts without ever asking for the form, with one it got days ago, or faster than anybody writes, is held.
"""

from __future__ import annotations

from datetime import timedelta

from service.screening.facts import Facts, Finding

YOUNGEST = timedelta(seconds=3)
OLDEST = timedelta(hours=24)
#: How far the clocks of two machines may be apart.
SKEW = timedelta(minutes=1)


def form_token(facts: Facts) -> Finding | None:
    if facts.form is None:
        return None
    age = facts.form.age
    if age is None:
        return Finding("form_missing", "no_valid_token")
    if age > OLDEST or age < -SKEW:
        return Finding("form_stale", "age:24h")
    if age < YOUNGEST:
        return Finding("form_too_fast", "age:3s")
    return None
