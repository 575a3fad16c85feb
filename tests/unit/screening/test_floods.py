"""What is more than usual, and who waits for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from service.screening.facts import NO_PAST, Arrivals, Count, FactMissingError, Facts, Form, Gathered, Known
from service.screening.phases.flood_author import flood_author
from service.screening.phases.flood_crowd import SITE, THREAD, flood_crowd
from service.screening.phases.flood_network import flood_network
from service.screening.phases.old_thread import old_thread

FORM = Form(timedelta(minutes=1), trap_filled=False)
FACTS = Facts("publish", "ar", "سلمى", "نص", None, FORM, NO_PAST)
PHASES = (flood_network, flood_author, flood_crowd)


def facts(arrivals: Arrivals, *, known: bool = False) -> Facts:
    return replace(FACTS, gathered=replace(NO_PAST, arrivals=Known(arrivals), known_author=Known(known)))


def codes(arrivals: Arrivals, *, known: bool = False) -> list[tuple[str, str]]:
    given = facts(arrivals, known=known)
    return [(f.code, f.rule) for phase in PHASES for f in phase(given)]


@pytest.mark.parametrize(
    ("network", "around", "rule"),
    [
        (Count(7, 29), Count(23, 89), None),
        (Count(8, 8), Count(8, 8), "network"),
        (Count(0, 30), Count(0, 30), "network"),
        (Count(0, 0), Count(24, 24), "around"),
        (Count(0, 0), Count(0, 90), "around"),
    ],
)
def test_a_network_and_those_around_it_send_so_much(network: Count, around: Count, rule: str | None) -> None:
    found = Arrivals(network=network, around=around)
    assert codes(found) == ([("flood_network", rule)] if rule else [])
    assert codes(found, known=True) == [], "who is known is not held for the neighbours"


@pytest.mark.parametrize(("author", "held"), [(Count(5, 19), False), (Count(6, 6), True), (Count(0, 20), True)])
def test_an_author_sends_so_much_known_or_not(author: Count, held: bool) -> None:
    for known in (False, True):
        assert codes(Arrivals(author=author), known=known) == ([("flood_author", "author")] if held else [])


@pytest.mark.parametrize(
    ("networks", "held"),
    [
        ((), False),
        ((THREAD - 1, 0, 0, 0, 0, 0), False),
        ((THREAD, 0, 0, 0, 0, 0), True),
        # Ten minutes later, of five stretches one was as large; then two, and that is usual.
        ((200, 200, 0, 0, 0, 0), True),
        ((200, 200, 200, 0, 0, 0), False),
        # A busy discussion: four times its usual is far more, twice is not.
        ((300, 100, 100, 100, 100, 100), False),
        ((400, 100, 100, 100, 100, 100), False),
        ((401, 100, 100, 100, 100, 100), True),
    ],
)
def test_a_crowd_is_measured_by_what_is_usual_there(networks: tuple[int, ...], held: bool) -> None:
    assert codes(Arrivals(thread=networks)) == ([("flood_thread", f"networks:{THREAD}")] if held else [])
    assert codes(Arrivals(thread=networks), known=True) == []


def test_a_crowd_that_stays_is_published_again_within_twenty_minutes() -> None:
    """Minute by minute through a flood that never ends: each stretch counts what fell into it."""
    held = []
    for minute in range(60):
        came = [max(0, min(10, minute - 10 * stretch)) * 50 for stretch in range(6)]
        held.append(bool(codes(Arrivals(thread=tuple(came)))))
    assert True in held
    last = max(minute for minute, was in enumerate(held) if was)
    assert last <= 10 + 20
    assert not any(held[last + 1 :])


def test_the_site_has_a_crowd_of_its_own() -> None:
    assert codes(Arrivals(site=(SITE, 0, 0, 0, 0, 0))) == [("flood_site", f"networks:{SITE}")]
    both = Arrivals(thread=(SITE, 0, 0, 0, 0, 0), site=(SITE, 0, 0, 0, 0, 0))
    assert [code for code, _ in codes(both)] == ["flood_thread", "flood_site"]


def test_what_did_not_come_by_the_form_is_no_flood() -> None:
    for phase in PHASES:
        assert list(phase(replace(FACTS, form=None, gathered=Gathered()))) == []


def test_what_could_not_be_counted_fails_each_check_that_needs_it() -> None:
    for phase in PHASES:
        with pytest.raises(FactMissingError):
            list(phase(replace(FACTS, gathered=Gathered())))
    unknown = replace(facts(Arrivals(network=Count(8, 8))).gathered, known_author=Gathered().known_author)
    with pytest.raises(FactMissingError):
        list(flood_network(replace(FACTS, gathered=unknown)))


@pytest.mark.parametrize(("silent", "held"), [(90, False), (90.001, True)])
def test_a_discussion_nobody_reads_any_more_holds(silent: float, held: bool) -> None:
    given = replace(FACTS, gathered=replace(NO_PAST, thread_silent=Known(timedelta(days=silent))))
    assert [(f.code, f.rule) for f in old_thread(given)] == ([("old_thread", "days:90")] if held else [])
    assert list(old_thread(replace(given, staff=True))) == []
