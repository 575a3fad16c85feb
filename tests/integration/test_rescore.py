"""What waits is told what the model makes of it now, and nothing is decided by that."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from service.domain.desk import Ask
from service.domain.moderation import Action
from service.learning.learner import Learner
from service.queries import news, queue
from service.storage import lanes, waiting
from service.storage.comments import Comment
from service.storage.findings import Finding
from service.storage.flags import Flag
from service.usecases import rescore_waiting
from service.usecases.rescore_waiting import RescoreWaiting
from tests.integration.test_precedent import taught
from tests.newsroom import Newsroom
from tests.plans import sorts_or_scans, told
from tests.trained import BAD, GOOD, model, store

__all__ = ["taught"]
NOTES = ("likely_bad", "likely_fine", "leans_bad")


def another(room: Newsroom, ticks: Callable[[], float] = lambda: 0.0) -> RescoreWaiting:
    """Another process: nothing of where the first one was. What fails is in ``failures``."""
    made = room.container.rescore_waiting
    rescorer = RescoreWaiting(
        made._uow, made._reader, room.container.new_id, room.clock, lambda *told: FAILURES.append(told), ticks
    )
    FAILURES.clear()
    return rescorer


FAILURES: list[tuple[str, Exception]] = []


def rows(room: Newsroom, comment: UUID) -> list[Finding]:
    def look(session: object) -> list[Finding]:
        asked = session.query(Finding).filter(Finding.comment_id == comment)  # type: ignore[attr-defined]
        return list(asked.order_by(Finding.id))

    return room.container.reader.run(look)


def noted(room: Newsroom, comment: UUID) -> list[tuple[int, str]]:
    return [(f.revision, f.code) for f in rows(room, comment) if f.code in NOTES]


def stands(room: Newsroom, comment: UUID) -> tuple[str, int, int]:
    found = room.container.reader.run(lambda s: s.get(Comment, (room.site.id, comment)))
    assert found is not None
    return found.status, found.version, found.rank


def urgent(room: Newsroom) -> list[UUID]:
    ask = Ask("pending", "priority")
    page = room.container.reader.run(lambda s: queue.queue_page(s, room.site.id, ask, None))
    return [card.id for card in page.cards]


@pytest.fixture
def unnoted(newsroom: Newsroom) -> tuple[Newsroom, UUID, UUID]:
    """A comment of each kind, from before there was a model; then one is there."""
    good, bad = newsroom.pending(body=GOOD), newsroom.pending(body=BAD)
    store(newsroom, model())
    return newsroom, good, bad


def test_what_came_before_the_model_could_speak_gets_its_note_and_its_place(
    unnoted: tuple[Newsroom, UUID, UUID],
) -> None:
    room, good, bad = unnoted
    before = room.container.reader.run(lambda s: news.mark_of(s, room.site.id))
    assert urgent(room) == [good, bad]
    assert not another(room).rescore()
    assert (noted(room, good), noted(room, bad)) == ([(1, "likely_fine")], [(1, "likely_bad")])
    (note,) = [f for f in rows(room, bad) if f.code == "likely_bad"]
    assert (note.outcome, "/" in note.rule, bool(note.spans)) == ("note", True, True)
    assert urgent(room) == [bad, good]
    assert (stands(room, good), stands(room, bad)) == (("pending", 1, 1000), ("pending", 1, 900))
    # Nobody has to look again: neither a decision nor a comment is new.
    assert room.container.reader.run(lambda s: news.mark_of(s, room.site.id)) == before
    assert room.sql("SELECT count(*) FROM decision") == [(0,)]


def test_it_is_what_the_same_comment_would_be_told_if_it_came_now(unnoted: tuple[Newsroom, UUID, UUID]) -> None:
    room, good, bad = unnoted
    another(room).rescore()
    room.clock.forward(days=4)
    for old, body in ((good, GOOD), (bad, BAD)):
        new = room.pending(body=f"{body} ")
        said = [
            [(f.code, f.rule, f.spans, f.outcome, f.check_version) for f in rows(room, comment) if f.code in NOTES]
            for comment in (old, new)
        ]
        assert said[0] == said[1]


def test_nothing_is_written_where_nothing_has_changed(
    unnoted: tuple[Newsroom, UUID, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    room, *_ = unnoted
    another(room).rescore()
    monkeypatch.setattr(RescoreWaiting, "_tell", lambda *_: pytest.fail("written"))
    rescorer = another(room)
    assert not rescorer.rescore()
    assert FAILURES == []


def test_what_the_model_thinks_otherwise_of_is_told_otherwise(unnoted: tuple[Newsroom, UUID, UUID]) -> None:
    room, good, bad = unnoted
    another(room).rescore()
    before = [f.id for f in rows(room, bad)]
    store(room, model(turned=True))
    another(room).rescore()
    assert (noted(room, good), noted(room, bad)) == ([(1, "likely_bad")], [(1, "likely_fine")])
    assert [f.id for f in rows(room, bad)] == before
    assert urgent(room) == [good, bad]
    store(room, model(60))
    another(room).rescore()
    assert (noted(room, good), noted(room, bad)) == ([], [(1, "leans_bad")])
    assert stands(room, bad)[2] == 950
    store(room, model(10))
    another(room).rescore()
    assert (noted(room, bad), stands(room, bad)[2]) == ([], 1000)


def test_the_place_counts_everything_that_was_found_and_reports(newsroom: Newsroom) -> None:
    newsroom.pending(body=BAD)
    again = newsroom.pending(body=BAD)
    before = stands(newsroom, again)[2]
    now, number = newsroom.clock(), newsroom.container.new_id(newsroom.clock())
    report = Flag(id=number, site_id=newsroom.site.id, comment_id=again, reason="spam", version=1, created_at=now)
    report.reporter = b"r" * 16
    newsroom.container.learn_decisions._uow.run(lambda session: session.add(report))
    store(newsroom, model())
    another(newsroom).rescore()
    assert before < 1000
    assert stands(newsroom, again)[2] == before - 100 - 150


@pytest.mark.parametrize("change", ["approve", "reject", "edit", "withdraw", "erase"])
def test_who_is_first_is_left_alone(
    unnoted: tuple[Newsroom, UUID, UUID], monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """Between the look and the note somebody decides, edits, takes back or erases."""
    room, good, bad = unnoted
    rescorer, container = another(room), room.container
    receipt = container.signer.receipt(bad, 0)
    changed = rescorer._changed
    after = []

    def meanwhile(look: object) -> object:
        found = changed(look)  # type: ignore[arg-type]
        if change in ("approve", "reject"):
            room.decide(bad, Action(change), reason="insult" if change == "reject" else None)
        elif change == "edit":
            container.amend_comment.amend("demo", receipt, {"body": GOOD + " جدا"})
        else:
            {"withdraw": container.withdraw_comment.withdraw, "erase": container.erase_comment.erase}[change](
                "demo", receipt
            )
        after.append((stands(room, bad), [f.id for f in rows(room, bad)]))
        return found

    monkeypatch.setattr(rescorer, "_changed", meanwhile)
    rescorer.rescore()
    assert (stands(room, bad), [f.id for f in rows(room, bad)]) == after[0]
    assert noted(room, good) == [(1, "likely_fine")]


def test_what_waits_no_more_is_not_looked_at(newsroom: Newsroom) -> None:
    container = newsroom.container
    gone = {do: newsroom.pending(body=f"{BAD} {do}") for do in ("withdraw", "erase", "approve", "spam")}
    container.withdraw_comment.withdraw("demo", container.signer.receipt(gone["withdraw"], 0))
    container.erase_comment.erase("demo", container.signer.receipt(gone["erase"], 0))
    newsroom.decide(gone["approve"], Action.APPROVE)
    newsroom.decide(gone["spam"], Action.SPAM)
    store(newsroom, model())
    another(newsroom).rescore()
    assert [noted(newsroom, comment) for comment in gone.values()] == [[]] * 4


def test_of_an_edited_comment_the_latest_text_is_scored(newsroom: Newsroom) -> None:
    store(newsroom, model())
    edited, public = newsroom.pending(body=GOOD), newsroom.approved(body=GOOD + " اليوم")
    for comment in (edited, public):
        newsroom.container.amend_comment.amend("demo", newsroom.container.signer.receipt(comment, 0), {"body": BAD})
    assert noted(newsroom, edited) == [(1, "likely_fine"), (2, "likely_bad")]
    store(newsroom, model(turned=True))
    another(newsroom).rescore()
    assert noted(newsroom, edited) == [(1, "likely_fine"), (2, "likely_fine")]
    # It is public, and its edit waits with what was said when it came.
    assert noted(newsroom, public) == [(1, "likely_fine"), (2, "likely_bad")]


def test_decisions_taken_back_take_their_notes_away(taught: Newsroom) -> None:
    bad = taught.pending(body=BAD)
    assert noted(taught, bad) == [(1, "likely_bad")]
    made = taught.sql("SELECT id FROM decision WHERE action = 'approve' ORDER BY id DESC")
    for start, end, expected in ((0, 7, [(1, "leans_bad")]), (7, 12, [])):
        for (decision,) in made[start:end]:
            taught.container.undo_decision.undo(taught.principal, UUID(str(decision)))
        taught.container.learn_decisions.fold(taught.site.id, store=True)
        another(taught).rescore()
        assert noted(taught, bad) == expected
    assert {f.code for f in rows(taught, bad)} & set(NOTES) == set()


def test_one_that_cannot_be_scored_leaves_the_others(
    unnoted: tuple[Newsroom, UUID, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    room, good, bad = unnoted
    said_by = rescore_waiting.said_by

    def failing(learner: Learner, language: str, body: str) -> object:
        if body == GOOD:
            raise RuntimeError
        return said_by(learner, language, body)

    monkeypatch.setattr(rescore_waiting, "said_by", failing)
    assert not another(room).rescore()
    assert (noted(room, good), noted(room, bad)) == ([], [(1, "likely_bad")])
    assert [name for name, _ in FAILURES] == ["past_decisions"]


def test_one_that_cannot_be_written_leaves_the_others_and_keeps_what_it_had(
    unnoted: tuple[Newsroom, UUID, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    room, good, bad = unnoted
    another(room).rescore()
    add = rescore_waiting.add_finding

    def failing(session: object, comment: Comment, *more: object) -> None:
        add(session, comment, *more)  # type: ignore[arg-type]
        if comment.id == good:
            raise RuntimeError

    monkeypatch.setattr(rescore_waiting, "add_finding", failing)
    store(room, model(turned=True))
    assert not another(room).rescore()
    assert (noted(room, good), noted(room, bad)) == ([(1, "likely_fine")], [(1, "likely_fine")])
    assert (stands(room, good)[2], stands(room, bad)[2]) == (1000, 1000)
    assert [name for name, _ in FAILURES] == ["past_decisions"]


def test_what_is_audited_is_told_nothing(
    unnoted: tuple[Newsroom, UUID, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    room, good, bad = unnoted
    monkeypatch.setattr(lanes, "audited_of", lambda session, site, ids: {good, bad} & set(ids))
    another(room).rescore()
    assert (noted(room, good), noted(room, bad)) == ([], [])


def test_what_waits_is_walked_through_along_an_index(newsroom: Newsroom) -> None:
    newsroom.pending()
    first, last = UUID(int=0), UUID(int=1 << 127)
    for end in (None, last):
        ((_, plan),) = told(newsroom, lambda s, e=end: waiting.list_behind(s, newsroom.site.id, first, e, 50))  # type: ignore[misc]
        assert "ix_comment_pending" in plan
        assert not sorts_or_scans(plan), plan
