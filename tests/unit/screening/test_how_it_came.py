"""What the form says of whoever sent it: token, age, and the field nobody sees."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from service.screening.facts import NO_PAST, Facts, Form
from service.screening.phases.form_token import form_token
from service.screening.phases.honeypot import honeypot
from service.screening.pipeline import screen

FACTS = Facts("publish", "ar", "سلمى", "نص", None, gathered=NO_PAST)


@pytest.mark.parametrize(
    ("age", "code"),
    [
        (None, "form_missing"),
        (timedelta(seconds=0), "form_too_fast"),
        (timedelta(seconds=2.999), "form_too_fast"),
        (timedelta(seconds=3), None),
        (timedelta(hours=24), None),
        (timedelta(hours=24, milliseconds=1), "form_stale"),
        # The clock of the machine that made the form may be ahead of this one's.
        (timedelta(seconds=-60), "form_too_fast"),
        (timedelta(seconds=-61), "form_stale"),
    ],
)
def test_a_form_is_had_for_three_seconds_to_a_day(age: timedelta | None, code: str | None) -> None:
    found = form_token(replace(FACTS, form=Form(age, trap_filled=False)))
    assert [f.code for f in found] == ([code] if code else [])


def test_what_nobody_sees_is_left_empty() -> None:
    good = Form(timedelta(minutes=1), trap_filled=False)
    assert list(honeypot(replace(FACTS, form=good))) == []
    (found,) = honeypot(replace(FACTS, form=replace(good, trap_filled=True)))
    assert found.code == "trap_filled"


def test_an_edit_came_by_no_form_and_nothing_is_held_against_it() -> None:
    assert screen(FACTS).publish
    assert not screen(replace(FACTS, form=Form(None, trap_filled=False))).publish
