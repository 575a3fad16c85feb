"""Names of the staff, of the site and of regulars, as the database knows them."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import update

from service.domain.moderation import Status
from service.storage import comments, regulars
from service.storage.authors import Author
from service.storage.comments import Comment
from service.storage.uow import Session
from service.usecases.gather_facts import GATHERERS, Question
from tests.newsroom import PASSWORD, Newsroom


@pytest.fixture
def publishing(newsroom: Newsroom) -> Newsroom:
    newsroom.container.manage_sites.set_policy("demo", {"mode": "publish"})
    return newsroom


def rules(newsroom: Newsroom) -> list[object]:
    return [rule for (rule,) in newsroom.sql("SELECT rule FROM finding WHERE code = 'impersonation' ORDER BY id")]


def make_regular(newsroom: Newsroom, name: str, number: int = regulars.ENOUGH, *, proof: str = "device") -> object:
    """One proven author with so many comments under a name that a moderator has approved."""
    ids = [newsroom.approved(name=name) for _ in range(number)]

    def join(session: Session) -> object:
        author = comments.find(session, newsroom.site.id, ids[0]).author_id  # type: ignore[union-attr]
        session.execute(update(Comment).where(Comment.id.in_(ids)).values(author_id=author))
        session.execute(update(Author).where(Author.id == author).values(proof=proof))
        return author

    return newsroom.container.submit_comment._uow.run(join)


@pytest.mark.parametrize("name", ["سارة", "سَارَةُ", "س ا ر ة", "سـارة\u200b"])
def test_whoever_bears_a_moderators_name_waits(publishing: Newsroom, name: str) -> None:
    assert publishing.submit(name=name).status == Status.PENDING
    assert rules(publishing) == ["staff"]


def test_only_the_staff_of_this_site_counts_and_only_while_it_works_here(publishing: Newsroom) -> None:
    publishing.container.manage_sites.create("other", "أخرى", {})
    publishing.container.manage_staff.create_moderator("huda", "هدى", PASSWORD, "moderator", ["other"])
    assert publishing.submit(name="هدى").status == Status.APPROVED


def test_nobody_is_the_site(publishing: Newsroom) -> None:
    assert publishing.submit(name="صَحِيفة").status == Status.PENDING
    assert publishing.submit(body="نص آخر", name="هيئة التحرير").status == Status.PENDING
    assert rules(publishing) == ["site", "site"]


def test_a_regulars_name_is_held_for_whoever_else_bears_it(newsroom: Newsroom) -> None:
    author = make_regular(newsroom, "سلمى الشاعر")
    newsroom.container.manage_sites.set_policy("demo", {"mode": "publish"})
    for name in ("سلمى الشاعر", "سَلمى  الشاعِر", "سلمى_الشاعر"):
        assert newsroom.submit(body=f"نص {name}", name=name).status == Status.PENDING
    assert rules(newsroom) == ["regular"] * 3
    ask = GATHERERS["regulars_name"]
    for own, held in ((None, True), (author, False)):
        question = Question(newsroom.site, b"", newsroom.clock(), name="سلمى الشاعر", author=own)  # type: ignore[arg-type]
        assert newsroom.container.reader.run(lambda s, q=question: ask(s, q)) is held


def test_an_edit_of_the_regulars_own_is_nobody_elses(newsroom: Newsroom) -> None:
    make_regular(newsroom, "سلمى الشاعر")
    comment = UUID(str(newsroom.sql("SELECT id FROM comment LIMIT 1")[0][0]))
    receipt = newsroom.container.signer.receipt(comment, 0)
    newsroom.container.amend_comment.amend("demo", receipt, {"body": "نص مصحح"})
    assert rules(newsroom) == []


@pytest.mark.parametrize(("number", "proof"), [(regulars.ENOUGH - 1, "device"), (regulars.ENOUGH, "none")])
def test_who_has_written_little_or_proves_nothing_is_no_regular(
    newsroom: Newsroom, number: int, proof: str
) -> None:
    make_regular(newsroom, "سلمى الشاعر", number, proof=proof)
    newsroom.submit(name="سلمى الشاعر")
    assert rules(newsroom) == []


def test_a_name_that_many_bear_is_nobodys(newsroom: Newsroom) -> None:
    make_regular(newsroom, "محمد")
    for _ in range(regulars.ENOUGH + 1):
        newsroom.approved(name="محمد")
    assert len(rules(newsroom)) == regulars.ENOUGH + 1, "up to the half of it is still the regular's"
    newsroom.submit(name="محمد")
    assert len(rules(newsroom)) == regulars.ENOUGH + 1


def test_who_proves_nothing_takes_no_regulars_name_by_writing_as_much(newsroom: Newsroom) -> None:
    make_regular(newsroom, "سلمى الشاعر")
    make_regular(newsroom, "سلمى الشاعر", proof="none")
    before = len(rules(newsroom))
    newsroom.submit(name="سلمى الشاعر")
    assert len(rules(newsroom)) == before + 1


def test_a_name_is_of_whoever_bears_it_now(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regulars, "_WALK", 4)
    regulars._bearing.cache_clear()
    make_regular(newsroom, "سلمى الشاعر", 6)
    for _ in range(3):
        newsroom.approved(name="سلمى الشاعر")
    before = len(rules(newsroom))
    newsroom.submit(name="سلمى الشاعر")
    assert len(rules(newsroom)) == before
    regulars._bearing.cache_clear()


def test_what_was_published_unread_makes_no_regular(publishing: Newsroom) -> None:
    make = [publishing.submit(name="سلمى الشاعر", body=f"نص {n}") for n in range(4)]
    assert {answer.status for answer in make} == {Status.APPROVED}

    def prove(session: Session) -> None:
        session.execute(update(Author).values(proof="device"))
        first = comments.find(session, publishing.site.id, make[0].comment)  # type: ignore[arg-type]
        session.execute(update(Comment).values(author_id=first.author_id))  # type: ignore[union-attr]

    publishing.container.submit_comment._uow.run(prove)
    assert publishing.submit(name="سلمى الشاعر", body="نص آخر").status == Status.APPROVED


def test_an_erased_text_keeps_no_name(newsroom: Newsroom) -> None:
    answer = newsroom.submit(name="سلمى الشاعر")
    assert newsroom.sql("SELECT name_key FROM revision") == [("سلميالشاعر",)]
    newsroom.container.erase_comment.erase("demo", str(answer.receipt))
    assert newsroom.sql("SELECT name_key FROM revision") == [(None,)]


def test_the_staffs_own_reply_is_not_held_against_it(newsroom: Newsroom) -> None:
    comment = newsroom.approved()
    newsroom.container.reply_as_staff.reply(newsroom.principal, comment, {"body": "شكراً"}, "c" * 24)
    assert rules(newsroom) == []
