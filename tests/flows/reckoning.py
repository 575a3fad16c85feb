"""What was acknowledged, held against what is there: nothing is lost, nothing is there twice, all is decided once.

Read from the database's own rows and from what the public is shown.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import Row, text

from service.storage.engine import read_engine
from service.storage.uow import Reader
from tests.flows.live import environment
from tests.flows.load import ARTICLES, COMMENTS, Asking, Sent

DEADLINE = 10.0
_STORED = """
SELECT c.id, c.status, s.submission_id, t.key, r.source FROM comment c JOIN thread t ON t.id = c.thread_id
LEFT JOIN submission s ON s.comment_id = c.id LEFT JOIN revision r ON r.comment_id = c.id
"""


@dataclass(frozen=True)
class Reckoning:
    """What was acknowledged, and what may not be: ``lost``, there ``twice``, an approval that is lost or doubled
    (``undone``), approved and not ``shown``, shown and not approved (``leaked``).
    """

    acknowledged: int
    approved: int
    lost: list[Sent]
    twice: list[str]
    undone: list[Sent]
    not_shown: list[str]
    leaked: list[str]

    @property
    def faults(self) -> dict[str, object]:
        return {name: found for name, found in vars(self).items() if isinstance(found, list) and found}

    def __str__(self) -> str:
        return (
            f"{self.acknowledged} comments acknowledged, {len(self.lost)} lost, {len(self.twice)} duplicates; "
            f"{self.approved} approvals acknowledged, {len(self.undone)} lost or doubled"
        )


def reckon(database_url: str, sent: Sequence[Sent], port: int | None = None) -> Reckoning:
    """``port``: of the server that is asked what it shows; without one, that is not looked at."""
    stored, decided = rows_of(database_url, _STORED), rows_of(database_url, "SELECT subject_id, action FROM decision")
    there = {(_id(row[0]), *row[2:]): row[1] for row in stored}
    decisions = defaultdict(list)
    for subject, action in decided:
        decisions[_id(subject)].append(action)
    acknowledged = [each for each in sent if each.id is not None]
    approved = {str(each.id) for each in sent if each.approved}
    shown = _shown(port, approved) if port is not None else Counter()
    asked = {str(each.id) for each in sent if each.asked}
    return Reckoning(
        acknowledged=len(acknowledged),
        approved=len(approved),
        lost=[each for each in acknowledged if _row(each) not in there],
        twice=[body for body, times in Counter(row[4] for row in stored).items() if times > 1]
        + [comment for comment, times in shown.items() if times > 1],
        undone=[
            each
            for each in acknowledged
            if (each.approved and there.get(_row(each)) != "approved")
            or decisions[str(each.id)] not in [["approve"], []][: 2 - each.approved]
            or (decisions[str(each.id)] and not each.asked)
        ],
        not_shown=[] if port is None else sorted(approved - set(shown)),
        leaked=sorted(set(shown) - asked),
    )


def verified(database_url: str) -> str:
    """What ``taliq audit verify`` says of a log in which it finds nothing."""
    command = [sys.executable, "-m", "service", "audit", "verify"]
    done = subprocess.run(command, env=environment(database_url), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def _row(comment: Sent) -> tuple[object, ...]:
    return comment.id, comment.submission_id, comment.thread, comment.body


def _id(found: object) -> str:
    return str(UUID(str(found)))


def rows_of(database_url: str, statement: str) -> Sequence[Row[*tuple[object, ...]]]:
    engine = read_engine(database_url)
    try:
        return Reader(engine).run(lambda session: session.execute(text(statement)).all())
    finally:
        engine.dispose()


def _shown(port: int, expected: set[str]) -> Counter[str]:
    """How often each comment stands on the published pages. A worker hears within a second of what another one has
    published; so it is asked until it shows what is expected, or the deadline is over.
    """
    asking, shown, deadline = Asking(port), Counter[str](), time.monotonic() + DEADLINE
    while not (shown and expected <= shown.keys()) and time.monotonic() < deadline:
        shown = Counter(comment for number in range(ARTICLES) for comment in _page(asking, f"article-{number}"))
    asking.close()
    return shown


def _page(asking: Asking, thread: str) -> Iterator[str]:
    query = {"thread": thread}
    while query:
        answer = asking.ask("GET", f"{COMMENTS}?{urlencode(query)}")
        assert answer.status == 200, answer
        yield from (comment["id"] for comment in answer.body["comments"])
        following = answer.body["next"]
        query = {**query, "cursor": str(following)} if following else {}
