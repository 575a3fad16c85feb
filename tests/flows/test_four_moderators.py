"""Four moderators at once on two thousand comments, through a real server: none is decided twice, none is lost, every
conflict is shown. Times are printed, never judged.
"""

from __future__ import annotations

import itertools
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from tests.flows.at_desk import Answered, AtDesk
from tests.flows.live import serving
from tests.newsroom import PASSWORD, Newsroom

pytestmark = pytest.mark.timeout(300)

COMMENTS, IN_PEACE, ARTICLES = 2_000, 1_000, 20
PEOPLE = {"sara": "سارة", "omar": "عمر", "huda": "هدى", "ziad": "زياد"}
ACTIONS = ("approve", "approve", "reject", "spam")
STATUS = {"approve": "approved", "reject": "rejected", "spam": "spam"}
#: A request is sent twice so often; a refused moderator insists so often; so many of a colleague's comments are judged
#: on purpose, a page.
REPEATED, INSISTING, MEDDLED = 9, 4, 3


@pytest.fixture
def made(newsroom: Newsroom) -> list[str]:
    """What waits, oldest first."""
    with ThreadPoolExecutor(4) as threads:
        ids = threads.map(lambda n: newsroom.pending(thread=f"article-{n % ARTICLES}"), range(COMMENTS))
        return sorted(map(str, ids))


@pytest.fixture
def desks(made: list[str], newsroom: Newsroom, database_url: str, tmp_path: Path) -> Iterator[list[AtDesk]]:
    for login in ("omar", "huda", "ziad"):
        newsroom.container.manage_staff.create_moderator(login, PEOPLE[login], PASSWORD, "moderator", ["demo"])
    with serving(newsroom, database_url, tmp_path) as server:
        made = [AtDesk(server.port, login, name) for login, name in PEOPLE.items()]
        yield made
        for desk in made:
            desk.close()


def test_two_thousand_comments_are_decided_once_each_and_every_conflict_is_shown(
    newsroom: Newsroom, made: list[str], desks: list[AtDesk], database_url: str, tell: Callable[[str], None]
) -> None:
    started = time.perf_counter()
    everybody(desks, in_peace)
    peaceful, first = time.perf_counter() - started, [a for desk in desks for a in desk.answers]
    # Leases alone: nobody has met anybody.
    assert {a.status for a in first} == {200}
    assert IN_PEACE <= len({a.comment for a in first}) < COMMENTS
    check(newsroom, desks)

    started = time.perf_counter()
    everybody(desks, in_strife)
    struggled = time.perf_counter() - started
    refused = check(newsroom, desks)
    answers = [a for desk in desks for a in desk.answers]
    assert sorted({a.comment for a in answers if a.status == 200}) == made
    assert newsroom.sql("SELECT count(*) FROM comment WHERE status = 'pending'") == [(0,)]
    assert len(refused) >= 50, "too few have met for this to say anything"
    insisted = len({a.once for a in answers if a.status == 200 and not a.first})
    assert insisted > 0
    shares = ", ".join(f"{d.login} {len({a.comment for a in d.answers if a.status == 200})}" for d in desks)
    tell(
        f"{urlsplit(database_url).scheme.partition('+')[0]}: 4 moderators, {COMMENTS} comments; in peace "
        f"{len({a.once for a in first}) / peaceful:.0f} decisions/s, 0 conflicts; in strife "
        f"{(len(answers) - len(first)) / struggled:.0f} requests/s, {len(refused)} conflicts, {insisted} overridden, "
        f"{sum(n - 1 for n in Counter(a.once for a in answers).values())} repeats, "
        f"{sum(desk.later for desk in desks)} came again; "
        f"decided by {shares}"
    )


def everybody(desks: list[AtDesk], work: Callable[[AtDesk, list[AtDesk]], None]) -> None:
    with ThreadPoolExecutor(len(desks)) as threads:
        for future in [threads.submit(work, desk, desks) for desk in desks]:
            future.result(timeout=200)


def in_peace(desk: AtDesk, desks: list[AtDesk]) -> None:
    """Decides what is one's own, page after page, until the first half is done."""
    for number in itertools.count():
        if sum(len({a.once for a in d.answers}) for d in desks) >= IN_PEACE:
            return
        own(desk, number)


def in_strife(desk: AtDesk, _: list[AtDesk]) -> None:
    """The same to the end, and some of what colleagues are reading."""
    for number in itertools.count():
        held = [card for card in desk.queue(held=True) if card.held]
        for card in held[number % 5 :: 7][:MEDDLED]:
            judge(desk, card.id, card.version, number)
        if not own(desk, number) and not held:
            return


def own(desk: AtDesk, number: int) -> bool:
    """One page as the desk's script works it off; whether there was anything."""
    cards = {card.id: card for card in desk.queue()}
    assert not any(card.held for card in cards.values())
    for place, comment in enumerate(desk.take(list(cards)) if cards else ()):
        judge(desk, comment, cards[comment].version, number + place)
    return bool(cards)


def judge(desk: AtDesk, comment: str, version: int, number: int) -> None:
    action = ACTIONS[number % len(ACTIONS)]
    answer = desk.decide(comment, version, action)
    if number % REPEATED == 0:
        again = desk.decide(comment, version, action, answer.once)
        assert (again.status, again.body.get("decided")) == (answer.status, answer.body.get("decided"))
    if answer.status == 409 and number % INSISTING == 0:
        there = answer.body["comment"]
        assert isinstance(there, dict)
        desk.decide(comment, there["version"], "reject" if there["status"] != "rejected" else "approve")


def check(newsroom: Newsroom, desks: list[AtDesk]) -> list[Answered]:
    """The log holds what was answered, and nothing else; who was refused was told by whom. Gives the refusals."""
    rows = newsroom.sql(
        "SELECT subject_id, id, version, action, client_id, actor_label FROM decision ORDER BY subject_id, version"
    )
    log = defaultdict(list)
    for subject, decision, version, action, once, label in rows:
        log[str(UUID(str(subject)))].append((str(UUID(str(decision))), version, action, once, label))
    answered = {
        (a.comment, (a.body["decided"], a.version, a.action, a.once, desk.name))
        for desk in desks
        for a in desk.answers
        if a.status == 200
    }
    assert answered == {(comment, entry) for comment, chain in log.items() for entry in chain}
    for comment, chain in log.items():
        # The first one judged what nobody had judged; each that follows says which it has overridden.
        assert [entry[1] for entry in chain] == list(range(1, len(chain) + 1)), comment
    stands = {str(UUID(str(i))): status for i, status in newsroom.sql("SELECT id, status FROM comment")}
    assert all(stands[comment] == STATUS[chain[-1][2]] for comment, chain in log.items())
    refused = [(desk, a) for desk in desks for a in desk.answers if a.status != 200]
    for desk, answer in refused:
        last = answer.body["last"]
        assert answer.status == 409
        assert isinstance(last, dict)
        assert last["by"] != desk.name
        assert last["by"] in [entry[4] for entry in log[answer.comment]]
        assert last["seconds"] < 60
    return [a for _, a in refused]
