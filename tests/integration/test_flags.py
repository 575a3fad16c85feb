"""What moderators see of reports and of edits that wait, and what a decision does with them; on both databases."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.dialects import sqlite

from service.domain.desk import Ask
from service.domain.errors import ConflictError, MalformedError, NotFoundError
from service.domain.moderation import REPORT_REASONS, Action, Status
from service.queries import cards, queue, views
from service.queries.cards import Card
from service.queries.history import history_of, last_undoable
from service.storage import migrations
from service.storage.comments import Comment
from service.storage.engine import write_engine
from service.usecases.decide_comments import DecisionRequest
from tests.newsroom import FIELDS, Newsroom

WHOLE = {"literal_binds": True}

SIX = ("pending", "edits", "reported", "approved", "rejected", "spam")


def report(room: Newsroom, comment: UUID, *reasons: str, network: str = "n") -> None:
    for number, reason in enumerate(reasons):
        room.container.flag_comment.flag("demo", comment, reason, f"{network}{number}")


def amend(room: Newsroom, comment: UUID, body: str) -> None:
    room.container.amend_comment.amend("demo", receipt(room, comment), {"body": body})


def receipt(room: Newsroom, comment: UUID) -> str:
    return room.container.signer.receipt(comment, 0)


def view(room: Newsroom, name: str) -> list[UUID]:
    page = room.container.reader.run(lambda s: queue.queue_page(s, room.site.id, Ask(name), None))
    return [card.id for card in page.cards]


def card(room: Newsroom, comment: UUID) -> Card:
    return room.container.reader.run(lambda s: cards.get_card(s, room.site.id, comment))


def counts(room: Newsroom) -> dict[str, int]:
    found = room.container.reader.run(lambda s: queue.view_counts(s, room.site.id))
    return {view: found[view] for view in SIX}


def undo(room: Newsroom, decision: UUID) -> None:
    room.container.undo_decision.undo(room.principal, decision)


def open_flags(room: Newsroom) -> int:
    ((number,),) = room.sql("SELECT count(*) FROM flag WHERE resolved_at IS NULL")
    return int(str(number))


def test_what_is_reported_comes_into_a_view_of_its_own_and_says_why(newsroom: Newsroom) -> None:
    quiet, told, older = newsroom.approved(), newsroom.approved(), newsroom.approved()
    report(newsroom, told, "spam", "libel", "spam")
    report(newsroom, older, "other")
    assert view(newsroom, "reported") == [older, told]
    assert set(view(newsroom, "approved")) == {quiet, told, older}
    assert card(newsroom, told).reports == {"spam": 2, "libel": 1}
    assert card(newsroom, quiet).reports == {}
    assert counts(newsroom) == {"pending": 0, "edits": 0, "reported": 2, "approved": 3, "rejected": 0, "spam": 0}


def test_an_edit_that_waits_comes_into_a_view_of_its_own_with_both_texts(newsroom: Newsroom) -> None:
    edited, quiet = newsroom.approved(body="النصّ الأول"), newsroom.approved()
    held = newsroom.pending(body="لم يُنشر بعد")
    amend(newsroom, edited, "النصّ الثاني")
    amend(newsroom, held, "تعديل قبل النشر")
    assert view(newsroom, "edits") == [edited]
    shown = card(newsroom, edited)
    assert shown.published is not None
    assert (shown.text, shown.published.text) == ("النصّ الثاني", "النصّ الأول")
    assert (shown.revision, shown.published.revision, shown.edit_waiting) == (2, 1, True)
    assert card(newsroom, quiet).published is None
    assert card(newsroom, held).published is None, "nothing of it is published"
    newsroom.decide(edited, Action.APPROVE, shown.version)
    assert view(newsroom, "edits") == []
    assert newsroom.sql("SELECT published_revision FROM comment WHERE latest_revision = 2 AND status = 'approved'") == [
        (2,)
    ]


@pytest.mark.parametrize("action", [Action.APPROVE, Action.REJECT, Action.SPAM, Action.REOPEN])
def test_every_decision_answers_the_open_reports(newsroom: Newsroom, action: Action) -> None:
    comment, other = newsroom.approved(), newsroom.approved()
    report(newsroom, comment, "spam", "hate")
    report(newsroom, other, "insult")
    newsroom.clock.forward(minutes=1)
    newsroom.decide(comment, action, 2, "hate" if action is Action.REJECT else None)
    assert view(newsroom, "reported") == [other]
    assert open_flags(newsroom) == 1
    assert newsroom.sql("SELECT count(DISTINCT resolved_at) FROM flag WHERE resolved_at IS NOT NULL") == [(1,)]


def test_a_comment_is_confirmed_only_while_there_is_something_to_confirm(newsroom: Newsroom) -> None:
    comment = newsroom.approved()
    with pytest.raises(ConflictError) as refused:
        newsroom.decide(comment, Action.APPROVE, 2)
    assert refused.value.code == "transition_not_allowed"
    report(newsroom, comment, "spam")
    decision = newsroom.decide(comment, Action.APPROVE, 2)
    assert (decision.from_status, decision.to_status) == ("approved", "approved")
    with pytest.raises(ConflictError):
        newsroom.decide(comment, Action.APPROVE, 3)
    # The same network has said it once; what others say afterwards is new.
    report(newsroom, comment, "spam")
    assert view(newsroom, "reported") == []
    report(newsroom, comment, "spam", network="another")
    assert view(newsroom, "reported") == [comment]
    assert newsroom.decide(comment, Action.APPROVE, 3).version_after == 4


def test_what_was_refused_in_a_batch_leaves_the_reports_open(newsroom: Newsroom) -> None:
    comment, other, twice = newsroom.approved(), newsroom.approved(), newsroom.approved()
    for reported in (comment, other, twice):
        report(newsroom, reported, "spam")
    requests = [
        DecisionRequest(comment, Action.APPROVE, 1),
        DecisionRequest(other, Action.APPROVE, 2),
        DecisionRequest(other, Action.APPROVE, 3),
        DecisionRequest(twice, Action.APPROVE, 1),
        DecisionRequest(twice, Action.APPROVE, 2),
    ]
    _, outcomes = newsroom.container.decide_comments.many(newsroom.principal, requests)
    codes = [o.error.code if o.error else None for o in outcomes]
    assert codes == ["stale_version", None, "transition_not_allowed", "stale_version", None]
    assert view(newsroom, "reported") == [comment]


def test_undoing_a_decision_brings_back_the_reports_it_answered(newsroom: Newsroom) -> None:
    comment = newsroom.approved()
    report(newsroom, comment, "spam", "hate")
    newsroom.clock.forward(minutes=1)
    confirmed = newsroom.decide(comment, Action.APPROVE, 2)
    report(newsroom, comment, "other", network="later")
    newsroom.clock.forward(minutes=1)
    undo(newsroom, confirmed.id)
    assert card(newsroom, comment).reports == {"spam": 1, "hate": 1, "other": 1}
    newsroom.clock.forward(minutes=1)
    refused = newsroom.decide(comment, Action.SPAM, 4)
    assert open_flags(newsroom) == 0
    newsroom.clock.forward(minutes=1)
    undo(newsroom, refused.id)
    assert view(newsroom, "reported") == [comment]


def test_undoing_the_approval_itself_answers_the_reports_of_it(newsroom: Newsroom) -> None:
    comment = newsroom.pending()
    approval = newsroom.decide(comment, Action.APPROVE)
    report(newsroom, comment, "spam")
    newsroom.clock.forward(minutes=1)
    undo(newsroom, approval.id)
    assert open_flags(newsroom) == 0
    newsroom.decide(comment, Action.APPROVE, 3)
    assert view(newsroom, "reported") == []


@pytest.mark.parametrize("act", ["withdraw", "erase"])
def test_nobody_undoes_what_the_author_took_back(newsroom: Newsroom, act: str) -> None:
    comment = newsroom.pending()
    approval = newsroom.decide(comment, Action.APPROVE)
    report(newsroom, comment, "spam")
    use = newsroom.container.withdraw_comment.withdraw if act == "withdraw" else newsroom.container.erase_comment.erase
    use("demo", receipt(newsroom, comment))
    past = newsroom.container.reader.run(lambda s: history_of(s, newsroom.site.id, comment))
    assert [d.action for d in past] == ["approve", act]
    before = newsroom.sql("SELECT status, version FROM comment")
    for decision in past:
        with pytest.raises(ConflictError) as refused:
            undo(newsroom, decision.id)
        assert refused.value.code == "transition_not_allowed"
        assert refused.value.public["comment"] == {
            "id": str(comment), "status": before[0][0], "version": before[0][1],
        }  # fmt: skip
        offered = newsroom.container.reader.run(
            lambda s, d=decision: last_undoable(s, newsroom.site.id, newsroom.principal.actor, d.id)
        )
        assert offered is None
    assert newsroom.sql("SELECT status, version FROM comment") == before
    assert approval.id == past[0].id
    assert view(newsroom, "reported") == []
    assert card(newsroom, comment).reports == {}


def test_an_erased_comment_keeps_no_report(newsroom: Newsroom) -> None:
    comment, other = newsroom.approved(), newsroom.approved()
    report(newsroom, comment, *REPORT_REASONS)
    report(newsroom, other, "spam")
    newsroom.container.erase_comment.erase("demo", receipt(newsroom, comment))
    assert newsroom.sql("SELECT count(*) FROM flag") == [(1,)]
    assert (card(newsroom, comment).name, card(newsroom, comment).text) == ("", "")


def test_every_view_is_paged_to_its_end_and_refuses_the_cursor_of_another(newsroom: Newsroom) -> None:
    made = [newsroom.approved() for _ in range(3)]
    for comment in made:
        report(newsroom, comment, "spam")
        amend(newsroom, comment, f"{FIELDS['body']} {comment}")
    for _ in range(3):
        newsroom.decide(newsroom.approved(), Action.REJECT, 2, "spam")
        newsroom.decide(newsroom.pending(), Action.SPAM)
        newsroom.pending()
    reader, cursors = newsroom.container.reader, {}
    for name in SIX:
        found: list[UUID] = []
        cursor = None
        while True:
            page = reader.run(lambda s, n=name, c=cursor: queue.queue_page(s, newsroom.site.id, Ask(n), c, 2))
            found += [c.id for c in page.cards]
            cursors.setdefault(name, page.next)
            cursor = page.next
            if cursor is None:
                break
        assert found == sorted(found, reverse=name != "pending"), name
        assert len(set(found)) == len(found) == counts(newsroom)[name] == 3, name
    for name in SIX:
        for other in set(SIX) - {name}:
            with pytest.raises(MalformedError):
                reader.run(lambda s, n=name, c=cursors[other]: queue.queue_page(s, newsroom.site.id, Ask(n), c, 2))


def test_on_sqlite_the_views_read_what_they_show_and_not_all_that_is_published(small_newsroom: Newsroom) -> None:
    """Without the right index it would take one that fits less, and nobody would notice but a large paper."""
    for name, index in (
        ("edits", "ix_comment_edit_waiting"),
        ("reported", "ix_comment_reported"),
        ("unmoderated", "ix_comment_unmoderated"),
        ("opinion", "ix_comment_opinion"),
    ):
        asked = select(Comment.id).where(
            Comment.site_id == small_newsroom.site.id, *views.in_view(small_newsroom.site.id, name)
        )
        plan = small_newsroom.sql(f"EXPLAIN QUERY PLAN {asked.compile(dialect=sqlite.dialect(), compile_kwargs=WHOLE)}")
        assert index in str(plan), plan


def _says_so(room: Newsroom) -> None:
    """A comment's own row says whether it has open reports, and so does the view of those that readers see."""
    asked = (
        "SELECT id, status, reported, (SELECT count(*) FROM flag WHERE comment_id = comment.id AND resolved_at IS NULL)"
        " FROM comment ORDER BY id"
    )
    rows = room.sql(asked)
    assert [bool(row[2]) for row in rows] == [bool(row[3]) for row in rows]
    shown = [UUID(str(row[0])) for row in rows if row[3] and row[1] == "approved"]
    assert sorted(view(room, "reported")) == shown


def test_that_there_are_reports_stands_in_the_comments_row(newsroom: Newsroom) -> None:
    one, other, third = (newsroom.approved() for _ in range(3))
    _says_so(newsroom)
    for comment in (one, other, third):
        report(newsroom, comment, "spam", "hate")
        report(newsroom, comment, "spam")
        _says_so(newsroom)
    decision = newsroom.decide(one, Action.REJECT, version=2, reason="hate")
    _says_so(newsroom)
    undo(newsroom, decision.id)
    _says_so(newsroom)
    decision = newsroom.decide(one, Action.APPROVE, version=4)
    _says_so(newsroom)
    undo(newsroom, decision.id)
    _says_so(newsroom)
    amend(newsroom, one, "نصّ آخر")
    _says_so(newsroom)
    newsroom.container.withdraw_comment.withdraw("demo", receipt(newsroom, other))
    newsroom.container.erase_comment.erase("demo", receipt(newsroom, third))
    _says_so(newsroom)
    assert view(newsroom, "reported") == [one]


def test_what_was_reported_before_there_was_a_place_for_it_says_so_after_the_migration(newsroom: Newsroom) -> None:
    open_one, answered = newsroom.approved(), newsroom.approved()
    newsroom.approved()
    report(newsroom, open_one, "spam")
    report(newsroom, answered, "spam")
    newsroom.decide(answered, Action.APPROVE, version=2)
    engine = write_engine(newsroom.container.settings.database_url)
    migrations.downgrade(engine, "0009")
    migrations.upgrade(engine)
    engine.dispose()
    _says_so(newsroom)
    assert view(newsroom, "reported") == [open_one]


def test_another_site_sees_none_of_it(newsroom: Newsroom) -> None:
    comment = newsroom.approved()
    other = newsroom.container.manage_sites.create("other", "أخرى", {})
    report(newsroom, comment, "spam")
    amend(newsroom, comment, "نصّ آخر")
    with pytest.raises(NotFoundError):
        newsroom.container.flag_comment.flag("other", comment, "spam", "n")
    for name in ("edits", "reported"):
        page = newsroom.container.reader.run(lambda s, n=name: queue.queue_page(s, other.id, Ask(n), None))
        assert page.cards == ()
    assert newsroom.sql("SELECT status FROM comment") == [(Status.APPROVED.value,)]
