"""The author's digest: counted like a count by hand, for the author alone, on both databases."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Sequence
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from service.domain.errors import ConflictError, MalformedError, NotFoundError
from service.domain.moderation import Action
from service.queries import authorship, digest
from service.queries.cards import get_card
from service.queries.digest import Digest, Tally, digests_of
from service.storage import track_records
from service.storage.authors import Author
from service.storage.comments import Comment
from service.usecases.decide_comments import DecisionRequest
from tests.newsroom import FIELDS, Newsroom
from tests.plans import plans, sorts_or_scans

ADDRESSES = ("a@example.org", "b@example.org", "c@example.org")


def digest_of(room: Newsroom, comment: UUID) -> Digest:
    return room.container.reader.run(lambda s: digests_of(s, room.site.id, [comment]))[comment]


def join(room: Newsroom, comments: Sequence[UUID], proof: str = "device") -> None:
    """What a proof of the author does: the comments are one author's, the first one's."""
    engine = room.container.schema.upgrade.args[0]
    with engine.begin() as connection:
        table, authors = Comment.__table__, Author.__table__
        first = connection.scalar(table.select().with_only_columns(table.c.author_id).where(table.c.id == comments[0]))
        connection.execute(table.update().where(table.c.id.in_(comments)).values(author_id=first))
        connection.execute(authors.update().where(authors.c.id == first).values(proof=proof))


def other_site(room: Newsroom) -> UUID:
    site = room.container.manage_sites.create("other", "أخرى", {"origins": ["https://o.example"]})
    for number in range(3):
        fields = {**FIELDS, "url": "https://o.example/a", "email": ADDRESSES[0], "body": f"نصّ {number}"}
        room.container.submit_comment.submit("other", fields)
    return site.id


def by_hand(room: Newsroom, comment: UUID, others: Sequence[UUID], *, more: bool) -> Tally:
    """One by one from the rows and the log, as somebody would who has the whole history on paper."""
    rows = {row[0]: row for row in room.sql("SELECT id, status, moderated_by FROM comment")}
    found: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    unseen = 0
    for other in others:
        if other == comment:
            continue
        _, status, by = rows[other if other in rows else other.hex]
        found[str(status)] += 1
        unseen += status == "approved" and by is None
        if status == "rejected":
            log = room.container.reader.run(lambda s, o=other: authorship._listed(s, room.site.id, [o], None))
            decision = log.entries[0][1]
            assert decision is not None
            reasons[str(decision.reason)] += 1
    gone = found["withdrawn"] + found["erased"]
    return Tally(
        found["approved"], unseen, found["rejected"], found["spam"], found["pending"], gone, dict(reasons), more
    )


def live(
    room: Newsroom, chance: random.Random, comment: UUID, client: FlaskClient, token: dict[str, str]
) -> None:
    """A random history: decided, by people and programs, undone, edited, taken back."""
    made, version = [], 1
    for _ in range(chance.randrange(5)):
        act = chance.choice(["approve", "reject", "spam", "reopen", "undo", "program", "edit", "withdraw", "erase"])
        receipt = room.container.signer.receipt(comment, 0)
        version = int(str(room.sql("SELECT version FROM comment WHERE id = :id", id=key(room, comment))[0][0]))
        try:
            if act == "undo" and made:
                room.container.undo_decision.undo(room.principal, made[-1])
            elif act == "program":
                body = {"version": version, "reason": chance.choice(["hate", "libel"])}
                client.post(f"/v1/moderation/comments/{comment}/reject", json=body, headers=token)
            elif act == "edit":
                room.container.amend_comment.amend("demo", receipt, {"body": f"آخر {chance.random()}"})
            elif act in ("withdraw", "erase"):
                if chance.random() < 0.3:
                    use = getattr(room.container, f"{act}_comment")
                    getattr(use, act)("demo", receipt)
            elif act != "undo":
                reason = chance.choice(["insult", "hate"]) if act == "reject" else None
                made.append(room.decide(comment, Action(act), version, reason).id)
        except ConflictError:
            continue


def get_author(room: Newsroom, comment: UUID) -> UUID:
    (row,) = room.sql("SELECT author_id FROM comment WHERE id = :id", id=key(room, comment))
    return UUID(str(row[0]))


def key(room: Newsroom, comment: UUID) -> object:
    return comment.hex if room.container.reader.engine.dialect.name == "sqlite" else comment


@pytest.mark.parametrize(("seed", "looked"), [(0, 200), (1, 200), (2, 5), (3, 3)])
def test_the_digests_of_a_page_are_a_count_by_hand_over_any_history(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, seed: int, looked: int
) -> None:
    monkeypatch.setattr(digest, "LOOKED", looked)
    chance = random.Random(seed)
    address = {newsroom.pending(email=e): e for e in (chance.choice(ADDRESSES) for _ in range(24))}
    made = list(address)
    groups = [chance.sample(made[:14], 6), chance.sample(made[14:], 4)]
    for group in groups:
        join(newsroom, group)
    other_site(newsroom)
    client, token = newsroom.client(), newsroom.token()
    for comment in made:
        live(newsroom, chance, comment, client, token)
    erased = {UUID(str(row[0])) for row in newsroom.sql("SELECT id FROM comment WHERE status = 'erased'")}
    page = newsroom.container.reader.run(lambda s: digests_of(s, newsroom.site.id, made))
    for comment in made:
        said = page[comment]
        assert said == digest_of(newsroom, comment), "whatever else is on the page"
        own = next((sorted(group) for group in groups if comment in group), [comment])
        assert said.own == by_hand(newsroom, comment, own[-looked:], more=len(own) > looked)
        assert said.proof == ("device" if len(own) > 1 else "none")
        same = [c for c in sorted(made) if address[c] == address[comment] and c not in erased]
        strangers = [c for c in same[-looked:] if c not in own]
        if comment in erased:
            assert said.same_address is None
        else:
            assert said.same_address is not None
            assert said.same_address.tally == by_hand(newsroom, comment, strangers, more=len(same) > looked)


def test_no_proof_joins_nothing_and_the_address_is_counted_apart(newsroom: Newsroom) -> None:
    first = newsroom.approved(email="a@example.org")
    newsroom.clock.forward(days=2)
    second, stranger = newsroom.pending(email="A@Example.org"), newsroom.pending(email="b@example.org")
    said = digest_of(newsroom, second)
    assert (said.proof, said.own.total, said.first_seen) == ("none", 0, newsroom.clock())
    assert said.same_address is not None
    assert said.same_address.tally == Tally(approved=1)
    assert said.same_address.first_seen == get_card_time(newsroom, first)
    alone = digest_of(newsroom, stranger).same_address
    assert alone is not None
    assert alone.tally.total == 0


def get_card_time(room: Newsroom, comment: UUID) -> object:
    return room.container.reader.run(lambda s: get_card(s, room.site.id, comment)).created_at


def test_another_sites_comments_are_never_counted_listed_or_swept(newsroom: Newsroom) -> None:
    """One address has another fingerprint at every site. Given the same one they are told apart still."""
    here = newsroom.pending(email=ADDRESSES[0])
    site = other_site(newsroom)
    there = UUID(str(newsroom.sql("SELECT id FROM comment ORDER BY id DESC LIMIT 1")[0][0]))
    with newsroom.container.schema.upgrade.args[0].begin() as connection:
        connection.execute(text("UPDATE contact SET fingerprint = (SELECT min(fingerprint) FROM contact)"
                                if newsroom.container.reader.engine.dialect.name == "sqlite" else
                                "UPDATE contact SET fingerprint = '\\x00112233445566778899aabbccddeeff'"))  # fmt: skip
    join(newsroom, [here, there])
    said = digest_of(newsroom, here)
    assert said.same_address is not None
    assert (said.own.total, said.same_address.tally.total) == (0, 0)
    read = newsroom.container.reader.run
    for address in (False, True):
        swept = read(lambda s, a=address: authorship.waiting(s, newsroom.site.id, here, address=a))
        assert [w.id for w in swept.items] == [here]
    assert [c.id for c, _ in read(lambda s: authorship.own_comments(s, newsroom.site.id, here, None)).entries] == [here]
    assert read(lambda s: authorship.same_address(s, newsroom.site.id, here, None)).entries == ()
    assert read(lambda s: digests_of(s, site, [here])) == {}
    with pytest.raises(NotFoundError):
        read(lambda s: get_card(s, site, here))


def test_of_very_many_only_the_newest_are_counted_and_it_says_so(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digest, "LOOKED", 4)
    first = newsroom.approved(email=ADDRESSES[0])
    made = [first, *(newsroom.pending(email=ADDRESSES[0]) for _ in range(3))]
    whole = digest_of(newsroom, made[-1]).same_address
    assert whole is not None
    assert (whole.tally.approved, whole.tally.waiting, whole.tally.more) == (1, 2, False)
    made += [newsroom.pending(email=ADDRESSES[0]) for _ in range(3)]
    join(newsroom, made[:6])
    capped = digest_of(newsroom, made[-1]).same_address
    assert capped is not None
    assert (capped.tally.approved, capped.tally.waiting, capped.tally.more) == (0, 3, True)
    assert capped.first_seen == get_card_time(newsroom, first), "however many there are"
    own = digest_of(newsroom, made[0]).own
    assert (own.approved, own.waiting, own.more) == (0, 4, True)


def test_a_page_of_digests_and_a_sweep_are_read_in_the_order_of_indexes(newsroom: Newsroom) -> None:
    # As many addresses as there are cards: for many SQLite takes other ways than for a few.
    made = [newsroom.pending(email=f"{number}@example.org") for number in range(25)]
    site, dialect = newsroom.site.id, newsroom.container.reader.engine.dialect.name
    assert len(plans(newsroom, lambda s: digests_of(s, site, made))) == 2
    join(newsroom, made[:5])
    author = get_author(newsroom, made[0])
    asked = plans(newsroom, lambda s: digests_of(s, site, made))
    # What else is the author's, and what moderators have decided on it.
    assert len(asked) == 4
    asked += plans(newsroom, lambda s: track_records.standing_of(s, site, author, newsroom.clock(), proven=True))
    asked += plans(newsroom, lambda s: track_records.approved_by_hand(s, site, author))
    for address in (False, True):
        asked += plans(newsroom, lambda s, a=address: authorship.waiting(s, site, made[0], address=a))
    asked += plans(newsroom, lambda s: authorship.own_comments(s, site, made[0], None))[:1]
    asked += plans(newsroom, lambda s: authorship.same_address(s, site, made[0], None))[:2]
    # The newest are taken off an index; what has been taken may be read from one end to the other.
    taken = ("SCAN newest", "SCAN seen", "SCAN anon", "Subquery Scan")
    for plan in asked:
        assert [line for line in sorts_or_scans(plan) if not any(word in line for word in taken)] == [], plan
    if dialect == "sqlite":
        whole = "\n".join(asked)
        assert not re.search(r"\(site_id=\?\)", whole), "a whole site"
        assert "ix_comment_author_id_id (author_id=?)" in whole
        assert "COVERING INDEX ix_contact_site_id_fingerprint_comment_id (site_id=? AND fingerprint=?)" in whole


def test_pages_of_an_author_are_newest_first_and_complete(newsroom: Newsroom) -> None:
    made = [newsroom.pending(email=ADDRESSES[0]) for _ in range(9)]
    join(newsroom, made[:5])
    newsroom.decide(made[1], Action.REJECT, reason="libel")
    read, site = newsroom.container.reader.run, newsroom.site.id
    for ask, wanted in ((authorship.own_comments, made[:5]), (authorship.same_address, made[5:])):
        found, cursor = [], None
        while True:
            page = read(lambda s, a=ask, c=cursor: a(s, site, made[0], c, 2))
            found += [card.id for card, _ in page.entries]
            cursor = page.next
            if cursor is None:
                break
        assert found == wanted[::-1]
    own = read(lambda s: authorship.own_comments(s, site, made[0], None))
    assert [(d.action, d.reason) for _, d in own.entries if d] == [("reject", "libel")]
    other = read(lambda s: authorship.own_comments(s, site, made[0], None, 2)).next
    with pytest.raises(MalformedError):
        read(lambda s: authorship.same_address(s, site, made[0], other))


def test_a_walk_past_the_authors_own_is_bounded_and_goes_on(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authorship, "WALK", 3)
    stranger = newsroom.pending(email=ADDRESSES[0])
    made = [newsroom.pending(email=ADDRESSES[0]) for _ in range(7)]
    join(newsroom, made)
    read, site = newsroom.container.reader.run, newsroom.site.id
    found, cursor, pages = [], None, 0
    while pages == 0 or cursor:
        page = read(lambda s, c=cursor: authorship.same_address(s, site, made[0], c))
        found, cursor, pages = [*found, *(card.id for card, _ in page.entries)], page.next, pages + 1
    assert (found, pages) == ([stranger], 3)
    swept = read(lambda s: authorship.waiting(s, site, made[0], address=True))
    assert ([w.id for w in swept.items], swept.more) == (made[:3:-1], True)


def test_a_sweep_lists_what_waits_and_nothing_else(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [newsroom.pending(email=ADDRESSES[0]) for _ in range(6)]
    newsroom.decide(made[0], Action.APPROVE)
    newsroom.decide(made[1], Action.SPAM)
    newsroom.container.withdraw_comment.withdraw("demo", newsroom.container.signer.receipt(made[2], 0))
    newsroom.container.erase_comment.erase("demo", newsroom.container.signer.receipt(made[3], 0))
    read, site = newsroom.container.reader.run, newsroom.site.id
    swept = read(lambda s: authorship.waiting(s, site, made[5], address=True))
    assert ([w.id for w in swept.items], swept.more) == ([made[5], made[4]], False)
    assert [w.id for w in read(lambda s: authorship.waiting(s, site, made[5], address=False)).items] == [made[5]]
    monkeypatch.setattr(authorship, "MAX_SWEPT", 1)
    capped = read(lambda s: authorship.waiting(s, site, made[5], address=True))
    assert ([w.id for w in capped.items], capped.more) == ([made[5]], True)


def test_a_programs_reason_is_told_too(newsroom: Newsroom) -> None:
    rejected, asked = newsroom.pending(email=ADDRESSES[0]), newsroom.pending(email=ADDRESSES[0])
    newsroom.client().post(
        f"/v1/moderation/comments/{rejected}/reject",
        json={"version": 1, "reason": "incitement"},
        headers=newsroom.token(),
    )
    said = digest_of(newsroom, asked).same_address
    assert said is not None
    assert said.tally.reasons == {"incitement": 1}
    newsroom.decide(rejected, Action.APPROVE, 2)
    request = DecisionRequest(rejected, Action.REJECT, 3, "insult")
    newsroom.container.decide_comments.one(newsroom.principal, request)
    again = digest_of(newsroom, asked).same_address
    assert again is not None
    assert again.tally.reasons == {"insult": 1}, "the decision that stands is a person's"


def test_a_reply_of_the_newsroom_is_nobodys(newsroom: Newsroom) -> None:
    answered = newsroom.approved()
    reply = newsroom.container.reply_as_staff.reply(
        newsroom.principal, answered, {"body": "شكراً"}, "abcdefghijklmnopqrstuvwxyz"
    )
    assert reply
    staff = UUID(str(newsroom.sql("SELECT id FROM comment WHERE staff_id IS NOT NULL")[0][0]))
    said = digest_of(newsroom, staff)
    assert (said.staff, said.own.total, said.same_address) == (True, 0, None)
