"""Whether the comment came by a form of ours, and how long somebody had it before them.

A program that posts without ever asking for the form, with one it got days ago, or faster than anybody writes, is held.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from service.screening.facts import Facts, Finding

YOUNGEST = timedelta(seconds=3)
OLDEST = timedelta(hours=24)
#: How far the clocks of two machines may be apart.
SKEW = timedelta(minutes=1)


def form_token(facts: Facts) -> Iterator[Finding]:
    if facts.form is None:
        return
    age = facts.form.age
    if age is None:
        yield Finding("form_missing", "no_valid_token")
    elif age > OLDEST or age < -SKEW:
        yield Finding("form_stale", "age:24h")
    elif age < YOUNGEST:
        yield Finding("form_too_fast", "age:3s")
