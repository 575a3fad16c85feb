"""What readers and the desk do most, asked of sites that differ in how many comments they have: the same threads, the
same texts, one in ten comments waiting.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.bench.desk import Desk, open_desk
from service.bench.dice import Dice
from service.bench.measure import Question
from service.bench.scene import END, SLUG
from service.bench.stock import LANGUAGES, name_of, text_of_number
from service.bench.threads import BATCH, EACH, threads_of
from service.domain.desk import SORTS, Ask
from service.domain.moderation import Action, Status
from service.domain.ports import Clock
from service.queries import published
from service.queries.cards import Card

#: Threads whose counts a page of teasers asks for.
TEASERS = 20
#: Threads that have got their comments last.
NEWEST = BATCH // EACH
_TEXTS = 20_000_000
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Site:
    """One database. ``dice``: what is asked for falls differently in every run, or all of it would be known by then."""

    desk: Desk
    threads: int
    dice: Dice

    def thread(self, of: int) -> str:
        """One of the newest ``of``."""
        return f"article-{self.threads - 1 - self.dice.below(min(of, self.threads))}"

    def read(self, key: str) -> object:
        """The first page, as it is read when no answer is ready."""
        asked = self.desk.container
        now = asked.clock()
        return asked.public_reader.run(lambda s: published.published_page(s, SLUG, key, None, "oldest", now).to_json())

    def count(self, keys: list[str]) -> object:
        return self.desk.container.public_reader.run(lambda s: published.published_counts(s, SLUG, keys))

    def queue(self, ask: Ask) -> object:
        return self.desk.page(ask, None)

    def written(self, key: str) -> dict[str, object]:
        """A reader's form, filled in over a minute."""
        container, dice = self.desk.container, self.dice
        language = dice.pick(LANGUAGES)
        return {
            "thread": key,
            "name": name_of(dice, language),
            "email": f"reader{dice.below(1 << 40)}@example.org",
            "body": text_of_number(language, dice.below(_TEXTS)).source,
            "submission_id": f"{dice.bits():016x}{dice.bits():016x}",
            "token": container.signer.form_token(self.desk.site, key, container.clock() - _MINUTE),
        }

    def waiting(self, of: int) -> Card:
        """A comment that waits in one of the newest ``of`` threads."""
        while not (cards := self.desk.page(Ask("pending", "newest", thread=self.thread(of)), None).cards):
            pass
        return self.dice.pick(cards)

    def submit(self, sent: dict[str, object], network: str) -> None:
        answer = self.desk.container.submit_comment.submit(SLUG, sent, network)
        if answer.status is not Status.PENDING:
            raise LookupError(f"a comment was not held: {answer.status}")

    def close(self) -> None:
        self.desk.close()


def open_site(database_url: str, rows: int, seed: int) -> Site:
    """The site of a database that holds a load of ``rows``, at the moment the load ends: what the last three days have
    left is there.
    """
    desk = open_desk(database_url, rows, seed, _clock_from(END))
    return Site(desk, threads_of(rows), Dice(time.time_ns(), rows))


def _clock_from(moment: datetime) -> Clock:
    start = time.monotonic()
    return lambda: moment + timedelta(milliseconds=int((time.monotonic() - start) * 1000))


def questions() -> list[Question[Site]]:
    asked = [
        Question("public read", "", _read, limited=True),
        Question(f"counts of {TEASERS} threads", "", _count, limited=True),
    ]
    for where, of in ((f"the newest {NEWEST} threads", NEWEST), ("any thread", _TEXTS)):
        asked.append(Question(f"submit to {where}", "", _submit(of), limited=True))
        asked.append(Question(f"decide in {where}", "", _decide(of), limited=True))
    return asked + [
        Question("queue page", sort, _queue(Ask("pending", sort)), limited=True) for sort in SORTS
    ]


def _read(site: Site) -> Callable[[], object]:
    key = site.thread(site.threads)
    return lambda: site.read(key)


def _count(site: Site) -> Callable[[], object]:
    keys = [site.thread(site.threads) for _ in range(TEASERS)]
    return lambda: site.count(keys)


def _submit(of: int) -> Callable[[Site], Callable[[], object]]:
    def ready(site: Site) -> Callable[[], object]:
        sent, parts = site.written(site.thread(of)), [site.dice.below(256) for _ in range(3)]
        return lambda: site.submit(sent, f"10.{parts[0]}.{parts[1]}.{parts[2]}/32")

    return ready


def _decide(of: int) -> Callable[[Site], Callable[[], object]]:
    def ready(site: Site) -> Callable[[], object]:
        card = site.waiting(of)
        return lambda: site.desk.decide(card, Action.APPROVE, None)

    return ready


def _queue(ask: Ask) -> Callable[[Site], Callable[[], object]]:
    return lambda site: lambda: site.queue(ask)
