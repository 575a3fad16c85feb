"""What a mode holds whatever the text says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.domain import site
from service.screening.facts import NO_PAST, FactMissingError, Facts, Gathered, Known
from service.screening.phases.first_comment import first_comment
from service.screening.phases.premoderation import premoderation
from service.screening.pipeline import screen

FACTS = Facts("publish", "ar", "سلمى", "نص", None, gathered=NO_PAST)


@pytest.mark.parametrize(
    ("mode", "known", "codes"),
    [
        ("hold_all", True, ["premoderation"]),
        ("hold_first_timers", True, []),
        ("hold_first_timers", False, ["first_comment"]),
        ("publish", False, []),
        ("closed", True, ["premoderation"]),
        ("a mode of a later release", True, ["premoderation"]),
    ],
)
def test_each_mode_holds_what_it_says(mode: str, known: bool, codes: list[str]) -> None:
    facts = replace(FACTS, mode=mode, gathered=replace(NO_PAST, known_author=Known(known)))
    verdict = screen(facts)
    assert [f.code for f in verdict.findings] == codes
    assert verdict.publish is (codes == [])


def test_the_finding_names_the_mode() -> None:
    (found,) = premoderation(replace(FACTS, mode="hold_all"))
    assert found.rule == "mode:hold_all"


def test_the_modes_of_a_thread_are_those_of_a_site_that_take_comments() -> None:
    assert set(site.MODES) == {*site.THREAD_MODES, site.CLOSED}
    assert set(site.THREAD_MODES) > site.UNREAD


def test_only_where_first_comments_are_held_has_the_author_to_be_known() -> None:
    unknown = replace(FACTS, gathered=Gathered())
    assert list(first_comment(unknown)) == []
    with pytest.raises(FactMissingError):
        list(first_comment(replace(unknown, mode="hold_first_timers")))
    assert list(first_comment(replace(unknown, mode="hold_first_timers", staff=True))) == []
