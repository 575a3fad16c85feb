"""Leases: several moderators get disjoint work, on both databases; they steer and forbid nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from service.domain.access import ROLES, SCOPES, Principal
from service.domain.desk import SORTS, WORKING_VIEWS, Ask
from service.domain.errors import ForbiddenError, MalformedError, NotFoundError
from service.domain.moderation import Action, Actor, ActorKind
from service.queries import leased, queue
from service.queries.leased import Leased
from service.storage import leases
from service.usecases.decide_comments import DecisionRequest
from service.usecases.take_leases import MOST
from tests.contracts.place import Place
from tests.integration.test_races import at_once
from tests.newsroom import PASSWORD, Newsroom
from tests.plans import plans, sorts_or_scans


def colleague(room: Newsroom, login: str = "omar", name: str = "عمر") -> Principal:
    made = room.container.manage_staff.create_moderator(login, name, PASSWORD, "moderator", ["demo"])
    return replace(room.principal, actor=Actor(ActorKind.MODERATOR, made.id, made.name))


@pytest.fixture
def omar(newsroom: Newsroom) -> Principal:
    return colleague(newsroom)


def take(
    room: Newsroom, who: Principal, *wanted: UUID, returned: tuple[UUID, ...] = ()
) -> tuple[list[UUID], dict[UUID, str]]:
    taken = room.container.take_leases.take(who, wanted, returned)
    return list(taken.mine), dict(taken.held)


def look(room: Newsroom, who: Principal, ask: Ask | None = None) -> tuple[list[UUID], Leased]:
    """A page of the queue as this moderator gets it, and what it leaves out."""

    def read(session):  # type: ignore[no-untyped-def]
        assert who.actor.id is not None
        found = leased.leased_in(session, room.site.id, ask or Ask(), who.actor.id, room.clock())
        return queue.queue_page(session, room.site.id, ask or Ask(), None, without=found.held), found

    page, found = room.container.reader.run(read)
    return [card.id for card in page.cards], found


def test_two_get_disjoint_work(newsroom: Newsroom, omar: Principal) -> None:
    sara = newsroom.principal
    made = [newsroom.pending() for _ in range(30)]
    first, _ = look(newsroom, sara)
    assert take(newsroom, sara, *first) == (made[:25], {})
    assert take(newsroom, omar, *made[20:]) == (made[25:], dict.fromkeys(made[20:25], "سارة"))
    assert look(newsroom, sara) == (made[:25], Leased(dict.fromkeys(made[25:], "عمر"), set(made[:25]), steers=True))
    assert look(newsroom, omar) == (made[25:], Leased(dict.fromkeys(made[:25], "سارة"), set(made[25:]), steers=True))
    counts = newsroom.container.reader.run(lambda s: queue.view_counts(s, newsroom.site.id))
    assert counts["pending"] == 30, "a view counts what there is, whoever reads it"


def test_a_lease_ends_by_the_clock_and_lives_on_when_renewed(newsroom: Newsroom, omar: Principal) -> None:
    sara, one, two = newsroom.principal, newsroom.pending(), newsroom.pending()
    take(newsroom, sara, one, two)
    newsroom.clock.forward(seconds=70)
    assert take(newsroom, sara, one) == ([one], {})
    newsroom.clock.forward(seconds=49)
    assert look(newsroom, omar)[0] == []
    newsroom.clock.forward(seconds=1)
    assert look(newsroom, omar)[0] == [two]
    assert take(newsroom, omar, one, two) == ([two], {one: "سارة"})
    newsroom.clock.forward(seconds=70)
    assert take(newsroom, omar, one, two) == ([one, two], {})
    assert take(newsroom, sara, one, two) == ([], {one: "عمر", two: "عمر"})


def test_expired_leases_are_taken_off_the_table_a_few_at_a_time(
    newsroom: Newsroom, omar: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [newsroom.pending() for _ in range(6)]
    take(newsroom, newsroom.principal, *made)
    newsroom.clock.forward(minutes=2)
    monkeypatch.setattr(leases, "MOST", 2)
    take(newsroom, omar)
    assert newsroom.sql("SELECT count(*) FROM lease") == [(4,)]
    # One that is still there and over is free like any other.
    assert take(newsroom, omar, *made) == (made, {})


def test_one_that_is_given_back_is_free_and_a_colleagues_stays(newsroom: Newsroom, omar: Principal) -> None:
    sara, one, two = newsroom.principal, newsroom.pending(), newsroom.pending()
    take(newsroom, sara, one)
    take(newsroom, omar, two)
    take(newsroom, sara, returned=(one, two, uuid4()))
    assert look(newsroom, omar)[0] == [one, two]
    assert look(newsroom, sara)[0] == [one]


def test_of_many_at_the_same_moment_one_holds_each_comment(newsroom: Newsroom) -> None:
    people = [newsroom.principal, *(colleague(newsroom, f"m{n}", f"مشرف {n}") for n in range(3))]
    for round_ in range(15):
        made = [newsroom.pending() for _ in range(12)]
        # From both ends: they meet in the middle.
        orders = [made, made[::-1], made[4:] + made[:4], made[::-1]]
        pairs = zip(people, orders, strict=True)
        taken = at_once(*(lambda w=who, o=order: take(newsroom, w, *o) for who, order in pairs))
        assert sorted(comment for mine, _ in taken for comment in mine) == made, round_
        told = [
            {**dict.fromkeys(mine, who.actor.label), **held}
            for who, (mine, held) in zip(people, taken, strict=True)
        ]
        # Everybody hears the same of every comment.
        assert all(one == told[0] and len(one) == 12 for one in told)


def test_two_who_take_over_expired_ones_never_share_any(newsroom: Newsroom, omar: Principal) -> None:
    made = [newsroom.pending() for _ in range(20)]
    who = (newsroom.principal, omar)
    for turn in range(20):
        first, second = at_once(*(lambda w=w: take(newsroom, w, *made[:: 1 - 2 * (turn % 2)])[0] for w in who))
        assert sorted([*first, *second]) == made
        newsroom.clock.forward(minutes=2)


def test_anybody_may_decide_what_a_colleague_holds(newsroom: Newsroom, omar: Principal) -> None:
    sara, comment, other = newsroom.principal, newsroom.pending(), newsroom.pending()
    take(newsroom, sara, comment, other)
    decide = newsroom.container.decide_comments.one
    decide(omar, DecisionRequest(comment, Action.APPROVE, 1))
    # What is decided is in no view that waits; the rest of her lease hides nothing and counts nothing.
    assert look(newsroom, omar) == ([], Leased({other: "سارة"}, set(), steers=True))
    assert take(newsroom, sara, comment, other) == ([comment, other], {})
    newsroom.container.undo_decision.undo(omar, UUID(str(newsroom.sql("SELECT id FROM decision")[0][0])))
    assert look(newsroom, sara)[0] == [comment, other]


def test_the_view_and_its_filters_say_what_is_held_in_it(newsroom: Newsroom, omar: Principal) -> None:
    here, there = newsroom.pending(), newsroom.pending(thread="article-2", url="https://news.example/a/2")
    take(newsroom, newsroom.principal, here, there)
    assert look(newsroom, omar, Ask(thread="article-2"))[1].held == {there: "سارة"}
    assert look(newsroom, omar, Ask(finding="link"))[1].held == {}
    for view in ("approved", "rejected", "spam", "all"):
        assert look(newsroom, omar, Ask(view))[1] == Leased()
    assert look(newsroom, omar, Ask(view="all"))[0] == [there, here]
    assert look(newsroom, omar, Ask(search="تعليق"))[0] == [there, here]


def test_every_view_that_waits_leaves_out_what_colleagues_read(newsroom: Newsroom, omar: Principal) -> None:
    sara, room = newsroom.principal, newsroom
    edited = [room.approved() for _ in range(2)]
    for comment in edited:
        room.container.amend_comment.amend("demo", room.container.signer.receipt(comment, 0), {"body": f"{comment}"})
    room.container.manage_sites.set_policy("demo", {"mode": "publish"})
    unseen = [room.pending() for _ in range(2)]
    for comment in unseen:
        room.container.flag_comment.flag("demo", comment, "spam", "n")
        room.container.ask_opinion.ask(omar, comment)
    for view, pair in (("unmoderated", unseen), ("reported", unseen), ("opinion", unseen), ("edits", edited)):
        assert look(room, omar, Ask(view))[0] == pair[::-1], view
        take(room, sara, pair[0])
        assert look(room, omar, Ask(view)) == ([pair[1]], Leased({pair[0]: "سارة"}, set(), steers=True)), view
        assert look(room, sara, Ask(view))[0] == pair[::-1], view
        take(room, sara, returned=(pair[0],))


def test_who_asks_for_a_second_opinion_reads_it_no_longer(newsroom: Newsroom, omar: Principal) -> None:
    comment = newsroom.pending()
    take(newsroom, newsroom.principal, comment)
    assert look(newsroom, omar, Ask("opinion"))[0] == []
    newsroom.container.ask_opinion.ask(newsroom.principal, comment)
    assert look(newsroom, omar, Ask("opinion"))[0] == [comment]


def test_what_is_not_the_sites_is_refused_and_nothing_is_taken(newsroom: Newsroom, omar: Principal) -> None:
    mine, foreign = newsroom.pending(), Place(newsroom, "other").comment
    for wrong in (foreign, uuid4()):
        with pytest.raises(NotFoundError):
            take(newsroom, newsroom.principal, mine, wrong)
    with pytest.raises(MalformedError):
        take(newsroom, newsroom.principal, *(uuid4() for _ in range(MOST + 1)))
    program = Principal(Actor(ActorKind.TOKEN, uuid4(), "bot"), newsroom.site.id, frozenset(ROLES["admin"]))
    with pytest.raises(ForbiddenError):
        take(newsroom, program, mine)
    with pytest.raises(ForbiddenError):
        take(newsroom, replace(omar, permissions=frozenset()), mine)
    assert newsroom.sql("SELECT count(*) FROM lease") == [(0,)]


def test_one_site_says_nothing_of_another(newsroom: Newsroom, omar: Principal) -> None:
    other = Place(newsroom, "other")
    abroad = newsroom.sql("SELECT id FROM site WHERE slug = 'other'")[0][0]
    there = replace(newsroom.principal, site_id=UUID(str(abroad)))
    assert take(newsroom, there, other.comment)[0] == [other.comment]
    take(newsroom, newsroom.principal, returned=(other.comment,))
    assert newsroom.sql("SELECT count(*) FROM lease") == [(1,)]
    newsroom.clock.forward(minutes=3)
    take(newsroom, omar)
    assert newsroom.sql("SELECT count(*) FROM lease") == [(1,)]


def test_what_is_erased_takes_no_notice_of_a_lease_and_the_lease_holds_nothing_of_it(
    newsroom: Newsroom, omar: Principal
) -> None:
    """It says that somebody of the staff was reading for two minutes; then it goes."""
    comment = newsroom.pending()
    take(newsroom, newsroom.principal, comment)
    newsroom.container.erase_comment.erase("demo", newsroom.container.signer.receipt(comment, 0))
    assert look(newsroom, omar) == ([], Leased({}, set(), steers=True))
    newsroom.clock.forward(minutes=2)
    take(newsroom, omar)
    assert newsroom.sql("SELECT count(*) FROM lease") == [(0,)]


def test_tokens_see_the_whole_queue(newsroom: Newsroom) -> None:
    comment = newsroom.pending()
    take(newsroom, newsroom.principal, comment)
    answer = newsroom.client().get("/v1/moderation/queue", headers=newsroom.token(*SCOPES))
    assert [c["id"] for c in answer.get_json()["comments"]] == [str(comment)]


@pytest.mark.parametrize("view", WORKING_VIEWS)
def test_a_page_without_what_is_held_is_still_read_in_the_order_of_an_index(
    newsroom: Newsroom, omar: Principal, view: str
) -> None:
    take(newsroom, newsroom.principal, *(newsroom.pending() for _ in range(30)))
    bad = ("SCAN comment", "SCAN lease", "USE TEMP B-TREE FOR ORDER BY", "Seq Scan on comment", "Seq Scan on lease")
    for sort in SORTS:
        asked = plans(newsroom, lambda s, a=Ask(view, sort): _page_without(s, newsroom, omar, a))
        for plan in asked:
            assert not [b for b in bad if b in plan], plan
    (lease, *_) = asked
    assert re.search("ix_lease_site_id_until", lease)
    assert not sorts_or_scans(lease), lease


def _page_without(session, room: Newsroom, who: Principal, ask: Ask):  # type: ignore[no-untyped-def]
    assert who.actor.id is not None
    found = leased.leased_in(session, room.site.id, ask, who.actor.id, room.clock())
    # As many as may be: nobody may be left out of the statement by chance.
    without = [*found.held, *(uuid4() for _ in range(leases.MOST - len(found.held)))]
    return queue.queue_page(session, room.site.id, ask, None, without=without)
