"""Private notes: written and removed, never seen by a reader, gone with what they are about."""

from __future__ import annotations

import threading
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from service.domain.access import ROLES, Principal
from service.domain.desk import Ask
from service.domain.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from service.domain.moderation import Action, Actor, ActorKind
from service.domain.notes import MAX_LENGTH, MAX_NOTES, About, Subject
from service.queries import notes, queue
from service.storage.comments import Comment
from service.storage.engine import write_engine
from tests.newsroom import Newsroom
from tests.plans import plans, sorts_or_scans

ONCE = "once-once-once-once-{:04}"


@pytest.fixture
def omar(newsroom: Newsroom) -> Principal:
    actor = Actor(ActorKind.MODERATOR, uuid4(), "عمر")
    return replace(newsroom.principal, actor=actor, permissions=ROLES["moderator"])


def author_of(room: Newsroom, comment: UUID) -> UUID:
    return room.container.reader.run(lambda s: s.get(Comment, (room.site.id, comment)).author_id)  # type: ignore[union-attr]


def write(room: Newsroom, subject: Subject, body: str, once: int = 1, who: Principal | None = None) -> UUID:
    return room.container.write_note.write(who or room.principal, subject, body, ONCE.format(once))


def on_comment(comment: UUID) -> Subject:
    return Subject(About.COMMENT, comment)


def on_author(room: Newsroom, comment: UUID) -> Subject:
    return Subject(About.AUTHOR, author_of(room, comment))


def second_comment(room: Newsroom, first: UUID) -> UUID:
    """Another comment by the same author, as a proof will make it one day."""
    comment = room.pending()
    engine = write_engine(room.container.settings.database_url)
    with engine.begin() as connection:
        table = Comment.__table__
        connection.execute(
            table.update().where(table.c.id == comment).values(author_id=author_of(room, first))  # type: ignore[attr-defined]
        )
    engine.dispose()
    return comment


def erase(room: Newsroom, comment: UUID) -> None:
    room.container.erase_comment.erase("demo", room.container.signer.receipt(comment, 0))


def bodies(room: Newsroom) -> list[object]:
    return [body for (body,) in room.sql("SELECT body FROM note ORDER BY id")]


def test_notes_are_kept_as_typed_newest_last(newsroom: Newsroom) -> None:
    comment = newsroom.pending()
    write(newsroom, on_comment(comment), "  سطر أوّل\r\nسطر ثانٍ <b>\x00 ")
    newsroom.clock.forward(minutes=1)
    write(newsroom, on_comment(comment), "second", 2)
    write(newsroom, on_author(newsroom, comment), "عن صاحبه", 3)
    found = newsroom.container.reader.run(lambda s: notes.written_about(s, newsroom.site.id, comment))
    assert [(n.body, n.by) for n in found.on_comment] == [("سطر أوّل\nسطر ثانٍ <b>", "سارة"), ("second", "سارة")]
    assert [n.body for n in found.on_author] == ["عن صاحبه"]
    assert found.on_comment[0].at < found.on_comment[1].at
    assert newsroom.sql("SELECT count(*) FROM decision") == [(0,)]
    assert newsroom.sql("SELECT version FROM comment") == [(1,)], "a note changes nothing of the comment"


def test_a_repeat_is_the_first_and_a_name_used_otherwise_is_refused(newsroom: Newsroom, omar: Principal) -> None:
    comment = newsroom.pending()
    first = write(newsroom, on_comment(comment), "مرة")
    assert write(newsroom, on_comment(comment), "مرة") == first
    for subject, body, who in (
        (on_comment(comment), "أخرى", None),
        (on_author(newsroom, comment), "مرة", None),
        (on_comment(comment), "مرة", omar),
    ):
        with pytest.raises(ConflictError) as refused:
            write(newsroom, subject, body, who=who)
        assert refused.value.code == "client_id_reused"
    assert bodies(newsroom) == ["مرة"]


def test_many_clicks_at_once_are_one_note(newsroom: Newsroom) -> None:
    comment, made = newsroom.pending(), []
    clicks = [
        threading.Thread(target=lambda: made.append(write(newsroom, on_comment(comment), "مرة"))) for _ in range(6)
    ]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    assert len(made) == 6
    assert len(set(made)) == 1
    assert bodies(newsroom) == ["مرة"]


@pytest.mark.parametrize(
    ("body", "code"), [("", "note_empty"), (" \n\u200b ", "note_empty"), ("س" * (MAX_LENGTH + 1), "note_too_long")]
)
def test_an_empty_and_an_endless_note_are_refused(small_newsroom: Newsroom, body: str, code: str) -> None:
    with pytest.raises(InvalidError) as refused:
        write(small_newsroom, on_comment(small_newsroom.pending()), body)
    assert [f.code for f in refused.value.fields] == [code]
    assert bodies(small_newsroom) == []


def test_the_longest_note_is_kept(newsroom: Newsroom) -> None:
    write(newsroom, on_comment(newsroom.pending()), "س" * MAX_LENGTH)
    assert bodies(newsroom) == ["س" * MAX_LENGTH]


def test_there_is_an_end_to_notes(small_newsroom: Newsroom) -> None:
    comment = small_newsroom.pending()
    for number in range(MAX_NOTES):
        write(small_newsroom, on_comment(comment), str(number), number)
    with pytest.raises(ConflictError) as refused:
        write(small_newsroom, on_comment(comment), "one more", MAX_NOTES)
    assert refused.value.code == "notes_full"
    write(small_newsroom, on_author(small_newsroom, comment), "another subject", MAX_NOTES + 1)


def test_only_moderators_of_the_site_write(newsroom: Newsroom) -> None:
    comment = newsroom.pending()
    program = replace(newsroom.principal, actor=Actor(ActorKind.TOKEN, newsroom.moderator.id, "bot"))
    reader = replace(newsroom.principal, permissions=frozenset())
    for who in (program, reader):
        with pytest.raises(ForbiddenError):
            write(newsroom, on_comment(comment), "x", who=who)
    other = newsroom.container.manage_sites.create("other", "أخرى", {})
    elsewhere = replace(newsroom.principal, site_id=other.id)
    note = write(newsroom, on_comment(comment), "هنا", 2)
    for subject in (on_comment(comment), on_author(newsroom, comment)):
        with pytest.raises(NotFoundError):
            write(newsroom, subject, "x", who=elsewhere)
    with pytest.raises(NotFoundError):
        newsroom.container.remove_note.remove(elsewhere, note)
    with pytest.raises(NotFoundError):
        newsroom.container.reader.run(lambda s: notes.written_about(s, other.id, comment))
    assert bodies(newsroom) == ["هنا"]


def test_ones_own_are_removed_freely_others_with_the_admins_right(newsroom: Newsroom, omar: Principal) -> None:
    comment, remove = newsroom.pending(), newsroom.container.remove_note.remove
    saras = write(newsroom, on_comment(comment), "ل سارة")
    omars = write(newsroom, on_comment(comment), "ل عمر", 2, omar)
    with pytest.raises(ForbiddenError):
        remove(omar, saras)
    remove(newsroom.principal, omars)
    assert bodies(newsroom) == ["ل سارة"]
    omars = write(newsroom, on_comment(comment), "ل عمر", 3, omar)
    remove(omar, omars)
    with pytest.raises(NotFoundError):
        remove(omar, omars)
    assert bodies(newsroom) == ["ل سارة"]


def test_notes_go_with_the_comment_and_with_the_authors_last_one(newsroom: Newsroom) -> None:
    first = newsroom.pending()
    second, stranger = second_comment(newsroom, first), newsroom.pending()
    for number, (subject, body) in enumerate(
        [
            (on_comment(first), "أول"),
            (on_comment(second), "ثانٍ"),
            (on_author(newsroom, first), "الكاتب"),
            (on_comment(stranger), "غريب"),
            (on_author(newsroom, stranger), "كاتب غريب"),
        ]
    ):
        write(newsroom, subject, body, number)
    newsroom.container.withdraw_comment.withdraw("demo", newsroom.container.signer.receipt(second, 0))
    erase(newsroom, first)
    assert bodies(newsroom) == ["ثانٍ", "الكاتب", "غريب", "كاتب غريب"]
    erase(newsroom, second)
    assert bodies(newsroom) == ["غريب", "كاتب غريب"]


def test_nothing_is_written_about_what_is_erased(newsroom: Newsroom) -> None:
    """It could only quote what is gone."""
    comment = newsroom.approved()
    author = on_author(newsroom, comment)
    erase(newsroom, comment)
    for subject in (on_comment(comment), author):
        with pytest.raises(ConflictError) as refused:
            write(newsroom, subject, "كان قد كتب")
        assert refused.value.code == "comment_erased"


def test_two_comments_erased_at_once_leave_no_note_on_their_author(newsroom: Newsroom) -> None:
    for number in range(5):
        first = newsroom.pending()
        both = [first, second_comment(newsroom, first)]
        write(newsroom, on_author(newsroom, first), "الكاتب", number)
        start = threading.Barrier(2)

        def go(comment: UUID, start: threading.Barrier = start) -> None:
            start.wait()
            erase(newsroom, comment)

        runs = [threading.Thread(target=go, args=(comment,)) for comment in both]
        for run in runs:
            run.start()
        for run in runs:
            run.join()
        assert bodies(newsroom) == []


def test_a_card_has_the_count_and_the_newest(newsroom: Newsroom) -> None:
    comment, bare = newsroom.pending(), newsroom.pending()
    for number, body in enumerate(("أول", "ثانٍ")):
        write(newsroom, on_comment(comment), body, number)
    write(newsroom, on_author(newsroom, comment), "الكاتب", 3)
    page = newsroom.container.reader.run(lambda s: queue.queue_page(s, newsroom.site.id, Ask("pending"), None))
    seen = {card.id: {about.value: (g.count, g.newest) for about, g in card.notes.items()} for card in page.cards}
    assert seen == {comment: {"comment": (2, "ثانٍ"), "author": (1, "الكاتب")}, bare: {}}


def test_notes_are_found_by_their_index(newsroom: Newsroom) -> None:
    comment = newsroom.approved()
    write(newsroom, on_comment(comment), "نص")
    site, author = newsroom.site.id, author_of(newsroom, comment)
    (glance,) = plans(newsroom, lambda s: notes.glances(s, site, {comment: author, uuid4(): uuid4()}))
    listed = plans(newsroom, lambda s: notes.written_about(s, site, comment))[1:]
    for plan in (glance, *listed):
        assert "ix_note_site_id_comment_id_id" in plan or "ix_note_site_id_author_id_id" in plan
    assert "ix_note_site_id_comment_id_id" in glance
    assert "ix_note_site_id_author_id_id" in glance
    assert not any("Seq Scan on note" in plan or "SCAN note" in plan for plan in (glance, *listed))
    assert [sorts_or_scans(plan) for plan in listed] == [[], []]


def test_a_decision_says_nothing_of_notes(newsroom: Newsroom) -> None:
    comment = newsroom.pending()
    write(newsroom, on_comment(comment), "كناري-الملاحظات")
    newsroom.decide(comment, Action.APPROVE)
    for table in ("decision", "outbox", "page", "revision", "search_text"):
        assert "كناري" not in str(newsroom.sql(f"SELECT * FROM {table}"))
