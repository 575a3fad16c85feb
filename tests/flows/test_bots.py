"""Programs that send comments to a site which publishes first and reviews then: almost nothing of theirs is published,
and what gave them away is named. Run with ``-s`` to see the figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import pytest

from service.bootstrap import Container, build
from service.screening.facts import Phase
from service.screening.phases import PHASES
from service.screening.pipeline import screen
from service.usecases import judged_text
from tests.flows.bots import BOTS, Bot, Tally, unleash
from tests.newsroom import Newsroom, SetClock, settings_for

POSTS = 1_000
#: How many are sent when a check is switched off.
FEWER = 200


@pytest.fixture
def room(sqlite_url: str, clock: SetClock) -> Iterator[Newsroom]:
    """Behind a proxy, so that every program has a network of its own."""
    container: Container = build(settings_for(sqlite_url, trusted_proxies="127.0.0.1/32"), clock=clock)
    room = Newsroom(container, clock, mode="publish")
    container.manage_lists.replace("demo", "host", "spammers", "spam", ["spam-host.example"], "سارة")
    yield room
    container.close()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("bot", BOTS, ids=lambda bot: bot.name)
def test_of_a_thousand_posts_one_in_a_hundred_at_most_is_published(room: Newsroom, bot: Bot) -> None:
    tally = unleash(room, room.client(), bot, POSTS)
    _tell(bot, "all checks", tally)
    assert tally.sent == POSTS
    assert tally.refused == 0
    assert tally.published <= POSTS // 100
    assert tally.marked >= POSTS * 99 // 100


@pytest.mark.timeout(600)
@pytest.mark.parametrize("bot", BOTS, ids=lambda bot: bot.name)
def test_without_its_check_more_gets_through(room: Newsroom, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shows that it is this check that catches them, and that the programs are no straw men."""
    with_all = unleash(room, room.client(), bot, FEWER)
    monkeypatch.setattr(judged_text, "screen", partial(screen, phases=_without(bot.right)))
    without = unleash(room, room.client(), bot, FEWER, seed=2)
    _tell(bot, "all checks", with_all)
    _tell(bot, f"without {', '.join(sorted(bot.right))}", without)
    assert without.published > with_all.published + FEWER // 2


def _without(codes: frozenset[str]) -> Sequence[Phase]:
    """The checks but for those that are named by one of the codes' makers."""
    return [phase for phase in PHASES if phase.__name__ not in {_MAKERS[code] for code in codes}]


_MAKERS = {
    "form_missing": "form_token",
    "form_too_fast": "form_token",
    "trap_filled": "honeypot",
    "duplicate_text": "duplicate_text",
    "near_duplicate": "near_duplicate",
    "too_many_links": "too_many_links",
    "listed_host": "listed_host",
}


def _tell(bot: Bot, how: str, tally: Tally) -> None:
    share = 100 * tally.published / tally.sent
    found = ", ".join(f"{code} {number}" for code, number in tally.codes.most_common(4))
    print(f"\n{bot.name}, {how}: {tally.published} of {tally.sent} published ({share:.1f} %), {tally.marked} marked")
    print(f"   {found}")
