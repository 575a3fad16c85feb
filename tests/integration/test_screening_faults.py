"""Whatever fails in screening, the comment is stored and held, and says that screening was not complete."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import text

from service.domain.moderation import Status
from service.screening.facts import Facts, Finding
from service.screening.phases import PHASES
from service.screening.pipeline import screen
from service.storage import arrivals, likenesses
from service.usecases import gather_facts, judged_text
from tests.newsroom import Newsroom

Fault = Callable[[Facts], Iterator[Finding]]


@pytest.fixture
def publishing(newsroom: Newsroom) -> Newsroom:
    """A site that publishes what no check objects to: only a fault can hold what is sent here."""
    newsroom.container.manage_sites.set_policy("demo", {"mode": "publish"})
    assert newsroom.submit().status is Status.APPROVED
    return newsroom


def held(room: Newsroom) -> list[str]:
    """The rules of a new comment's findings, which all say that screening was not complete."""
    body = "نصّ لم يصل من قبل"
    answer = room.submit(body=body, network="192.0.2.9/32")
    assert answer.status is Status.PENDING
    assert answer.receipt
    (stored,) = room.sql("SELECT source FROM revision WHERE comment_id = :id", id=_bound(room, answer.comment))
    assert stored == (body,)
    rows = room.sql("SELECT code, rule FROM finding WHERE comment_id = :id", id=_bound(room, answer.comment))
    assert {code for code, _ in rows} == {"screening_incomplete"}
    return [str(rule) for _, rule in rows]


def _bound(room: Newsroom, comment: UUID | None) -> object:
    assert comment is not None
    return comment if room.container.reader.engine.dialect.name == "postgresql" else comment.hex


def raises(_: Facts) -> Iterator[Finding]:
    raise RuntimeError


@pytest.mark.parametrize("broken", PHASES, ids=lambda phase: phase.__name__)
def test_a_check_that_fails_holds(publishing: Newsroom, monkeypatch: pytest.MonkeyPatch, broken: Fault) -> None:
    phases = [raises if phase is broken else phase for phase in PHASES]
    monkeypatch.setattr(judged_text, "screen", partial(screen, phases=phases))
    assert held(publishing) == ["failed:raises"]


@pytest.mark.parametrize("broken", PHASES, ids=lambda phase: phase.__name__)
def test_a_check_that_hangs_holds(publishing: Newsroom, monkeypatch: pytest.MonkeyPatch, broken: Fault) -> None:
    go_on = threading.Event()

    def hangs(_: Facts) -> Iterator[Finding]:
        go_on.wait(60)
        yield from ()

    phases = [hangs if phase is broken else phase for phase in PHASES]
    monkeypatch.setattr(judged_text, "screen", partial(screen, phases=phases, deadline=0.2))
    try:
        rules = held(publishing)
    finally:
        go_on.set()
    assert rules[0] == "late:hangs"
    assert len(rules) == len(PHASES) - PHASES.index(broken)


#: Asked for only where those whom nobody has approved before are held.
ONLY_OF_NEWCOMERS = "known_author"


@pytest.mark.parametrize("name", sorted(gather_facts.GATHERERS))
@pytest.mark.parametrize("fault", ["error", "no such table"])
def test_a_question_that_fails_holds(
    publishing: Newsroom, monkeypatch: pytest.MonkeyPatch, name: str, fault: str
) -> None:
    def ask(session: gather_facts.Session, _: gather_facts.Question) -> object:
        if fault == "error":
            raise RuntimeError
        return session.scalar(text("SELECT 1 FROM nowhere"))

    if name == ONLY_OF_NEWCOMERS:
        publishing.container.manage_sites.set_policy("demo", {"mode": "hold_first_timers"})
    monkeypatch.setattr(gather_facts, "GATHERERS", {**gather_facts.GATHERERS, name: ask})
    assert all(rule.startswith("failed:") for rule in held(publishing))


@pytest.mark.parametrize("name", sorted(gather_facts.CHANGING - {ONLY_OF_NEWCOMERS}))
def test_a_question_that_fails_only_at_the_last_moment_holds(
    publishing: Newsroom, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Inside of the transaction that would publish: it goes on, and stores the comment."""
    first = iter([gather_facts.GATHERERS[name]])

    def ask(session: gather_facts.Session, question: gather_facts.Question) -> object:
        known = next(first, None)
        return known(session, question) if known else session.scalar(text("SELECT 1 FROM nowhere"))

    monkeypatch.setattr(gather_facts, "GATHERERS", {**gather_facts.GATHERERS, name: ask})
    assert all(rule.startswith("failed:") for rule in held(publishing))


#: What only screening asks or keeps.
TABLES = ("arrival", "likeness", "shingle", "listed_host", "word_rule_stamp", "learner")


@pytest.mark.parametrize("table", TABLES)
def test_a_table_that_is_gone_holds_and_loses_nothing(publishing: Newsroom, table: str) -> None:
    with publishing.container.submit_comment._uow.engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {table} RENAME TO gone"))
    assert all(rule.startswith("failed:") for rule in held(publishing))


def test_marks_that_cannot_be_kept_hold(publishing: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """What reads them works, so every check was content: the next copies would not be known by this one."""

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    for place, name in ((likenesses, "put"), (likenesses, "cluster_for"), (arrivals, "add")):
        with monkeypatch.context() as patched:
            patched.setattr(place, name, full)
            answer = publishing.submit(body=f"نصّ لم يصل من قبل {name}", network="192.0.2.1/32")
        assert answer.status is Status.PENDING
        found = publishing.sql("SELECT rule FROM finding WHERE comment_id = :id", id=_bound(publishing, answer.comment))
        assert found == [("failed:marks",)]


def test_a_locked_table_holds_and_is_not_waited_for_long(newsroom: Newsroom) -> None:
    if newsroom.container.reader.engine.dialect.name != "postgresql":
        return  # SQLite locks no table by itself
    newsroom.container.manage_sites.set_policy("demo", {"mode": "publish"})
    with newsroom.container.submit_comment._uow.engine.connect() as other:
        other.execute(text("LOCK TABLE word_rule_stamp IN ACCESS EXCLUSIVE MODE"))
        rules = held(newsroom)
    assert rules
    assert all(rule.startswith("failed:") for rule in rules)


def test_an_edit_is_held_by_a_fault_and_the_text_that_was_approved_stays(
    publishing: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = publishing.submit(body="الأول")
    monkeypatch.setattr(judged_text, "screen", partial(screen, phases=[raises]))
    publishing.container.amend_comment.amend("demo", answer.receipt or "", {"body": "الثاني"})
    rows = publishing.sql(
        "SELECT status, published_revision, latest_revision FROM comment WHERE id = :id",
        id=_bound(publishing, answer.comment),
    )
    assert rows == [("approved", 1, 2)]
