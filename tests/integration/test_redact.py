"""Taking words out of a comment: gone for every reader in that moment, with a trace in the newsroom."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest

from service.domain.access import ROLES
from service.domain.desk import Ask
from service.domain.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from service.domain.moderation import Action, Actor, ActorKind
from service.domain.site import MAX_TEXTS
from service.queries import audit, history, queue
from service.queries.cards import Card, get_card
from service.storage.comments import Comment
from service.text.redaction import MARK
from service.usecases.redact_comment import Redacted, RedactionRequest
from tests.contracts.test_sql_counts import statements
from tests.integration.conftest import Run
from tests.newsroom import Newsroom
from tests.trained import model, store

PHONE = "0501234567"
BODY = f"اتصلوا على {PHONE} ليلاً، أو {PHONE} نهاراً"
LEFT = f"اتصلوا على {MARK} ليلاً، أو {MARK} نهاراً"
PAGES = (
    "/v1/sites/demo/comments?thread=article-1",
    "/v1/sites/demo/comments.html?thread=article-1",
    "/v1/sites/demo/page?thread=article-1",
    "/v1/sites/demo/feed?thread=article-1",
)


def redact(
    room: Newsroom, comment: UUID, words: str = PHONE, version: int = 1, reason: str = "personal_data"
) -> Redacted:
    return room.container.redact_comment.redact(room.principal, RedactionRequest(comment, words, reason, version))


def amend(room: Newsroom, comment: UUID, body: str) -> None:
    room.container.amend_comment.amend("demo", room.container.signer.receipt(comment, 0), {"body": body})


def card(room: Newsroom, comment: UUID) -> Card:
    return room.container.reader.run(lambda s: get_card(s, room.site.id, comment))


def stands(room: Newsroom, comment: UUID) -> tuple[str, int, int | None, int]:
    def look(session: object) -> tuple[str, int, int | None, int]:
        found = session.get(Comment, (room.site.id, comment))  # type: ignore[attr-defined]
        return found.status, found.version, found.published_revision, found.latest_revision

    return room.container.reader.run(look)


def found(room: Newsroom, words: str) -> int:
    page = room.container.reader.run(lambda s: queue.queue_page(s, room.site.id, Ask("all", search=words), None))
    return len(page.cards)


def public(room: Newsroom) -> str:
    client = room.client()
    return "".join(client.get(address).get_data(as_text=True) for address in PAGES)


def test_what_is_pending_waits_on_with_the_new_text(newsroom: Newsroom) -> None:
    comment = newsroom.pending(body=BODY)
    assert found(newsroom, PHONE) == 1, "the control"
    assert redact(newsroom, comment) == Redacted(2, None)
    assert (card(newsroom, comment).text, card(newsroom, comment).html) == (LEFT, f"<p>{LEFT}</p>")
    assert stands(newsroom, comment) == ("pending", 2, None, 2)
    assert (found(newsroom, PHONE), found(newsroom, "ليلاً")) == (0, 1)
    assert PHONE not in str(newsroom.sql("SELECT words FROM search_text"))
    newsroom.decide(comment, Action.APPROVE, 2)
    assert PHONE not in public(newsroom)
    assert MARK in public(newsroom)


def test_what_is_public_shows_the_new_text_in_the_same_moment(newsroom: Newsroom) -> None:
    comment = newsroom.approved(body=BODY)
    assert PHONE in public(newsroom), "the control"
    made = redact(newsroom, comment, version=2)
    assert PHONE not in public(newsroom)
    assert public(newsroom).count(MARK) >= 8
    assert PHONE not in str(newsroom.sql("SELECT content FROM page"))
    assert found(newsroom, PHONE) == 0
    assert stands(newsroom, comment) == ("approved", 4, 2, 2)
    *_, last = newsroom.container.reader.run(lambda s: history.history_of(s, newsroom.site.id, comment))
    assert (last.id, last.action, last.actor_label, last.reason) == (made.decision, "approve", "سارة", None)
    assert (last.before, last.after, last.revision, last.version) == ("approved", "approved", 2, 3)
    kinds = [kind for (kind,) in newsroom.sql("SELECT kind FROM outbox ORDER BY id")]
    assert kinds[-2:] == ["comment.edited", "comment.decided"]
    assert PHONE not in str(newsroom.sql("SELECT payload FROM outbox"))


@pytest.mark.parametrize("action", [Action.REJECT, Action.SPAM])
def test_what_was_refused_stays_refused(newsroom: Newsroom, action: Action) -> None:
    comment = newsroom.pending(body=BODY)
    newsroom.decide(comment, action, 1, "insult" if action is Action.REJECT else None)
    before = stands(newsroom, comment)[0]
    assert redact(newsroom, comment, version=2).decision is None
    assert stands(newsroom, comment) == (before, 3, None, 2)
    assert card(newsroom, comment).text == LEFT


def test_the_trace_says_who_when_and_why(newsroom: Newsroom) -> None:
    comment = newsroom.pending(body=BODY)
    newsroom.clock.forward(minutes=3)
    redact(newsroom, comment, reason="insult")
    first, second = newsroom.container.reader.run(lambda s: history.revisions_of(s, newsroom.site.id, comment))
    assert (first.text, first.redacted) == (BODY, None)
    assert (second.text, second.redacted, second.created_at) == (LEFT, ("سارة", "insult"), newsroom.clock())


def test_the_log_can_be_verified_after_redactions_and_their_undoing(newsroom: Newsroom) -> None:
    room = newsroom
    redact(room, room.pending(body=BODY))
    comment = room.approved(body=BODY)
    made = redact(room, comment, version=2)
    assert made.decision
    room.container.undo_decision.undo(room.principal, made.decision)
    room.decide(comment, Action.APPROVE, 5)
    redact(room, comment, "ليلاً", 6)
    rejected = room.pending(body=BODY)
    room.decide(rejected, Action.REJECT, 1, "insult")
    redact(room, rejected, version=2)
    room.decide(rejected, Action.APPROVE, 3)
    assert audit.verify(room.container.reader, None).fault is None


def test_undone_the_former_text_is_public_again_and_the_trace_stays(newsroom: Newsroom) -> None:
    comment = newsroom.approved(body=BODY)
    made = redact(newsroom, comment, version=2)
    assert made.decision
    newsroom.container.undo_decision.undo(newsroom.principal, made.decision)
    assert PHONE in public(newsroom)
    assert MARK not in public(newsroom)
    assert stands(newsroom, comment) == ("approved", 5, 1, 2)
    shown = card(newsroom, comment)
    assert (shown.edit_waiting, shown.text, shown.published and shown.published.text) == (True, LEFT, BODY)
    views = newsroom.container.reader.run(lambda s: history.revisions_of(s, newsroom.site.id, comment))
    assert [(v.public, v.redacted) for v in views] == [(True, None), (False, ("سارة", "personal_data"))]
    newsroom.decide(comment, Action.APPROVE, 5)
    assert PHONE not in public(newsroom), "approved again it is out again"


def test_undoing_what_came_before_brings_no_words_back(newsroom: Newsroom) -> None:
    """Refused, redacted where it lay, decided on once more: two steps back would publish the first text again."""
    undo = newsroom.container.undo_decision.undo
    comment = newsroom.approved(body=BODY)
    refused = newsroom.decide(comment, Action.REJECT, 2, "personal_data")
    redact(newsroom, comment, version=3)
    undo(newsroom.principal, newsroom.decide(comment, Action.SPAM, 4).id)
    with pytest.raises(ConflictError, match="undo_not_latest"):
        undo(newsroom.principal, refused.id)
    assert PHONE not in public(newsroom)
    newsroom.decide(comment, Action.APPROVE, 6)
    assert PHONE not in public(newsroom)


def test_an_edit_that_waits_is_decided_on_first(newsroom: Newsroom) -> None:
    """The new text would be made of it, and would publish what nobody has read."""
    comment = newsroom.approved(body="نص مقروء")
    amend(newsroom, comment, BODY)
    before = stands(newsroom, comment)
    with pytest.raises(ConflictError) as refused:
        redact(newsroom, comment, version=3)
    assert refused.value.code == "redact_edit_waits"
    assert stands(newsroom, comment) == before
    assert "نص مقروء" in public(newsroom)
    newsroom.decide(comment, Action.APPROVE, 3)
    redact(newsroom, comment, version=4)
    assert PHONE not in public(newsroom)


def test_whoever_read_another_version_is_told(newsroom: Newsroom) -> None:
    comment = newsroom.pending(body=BODY)
    amend(newsroom, comment, BODY + " ثم")
    for version in (1, 3):
        with pytest.raises(ConflictError) as refused:
            redact(newsroom, comment, version=version)
        assert refused.value.code == "stale_version"
    assert stands(newsroom, comment)[3] == 2
    redact(newsroom, comment, version=2)
    with pytest.raises(ConflictError):
        redact(newsroom, comment, version=2)


def test_what_changes_while_it_is_judged_is_a_conflict_too(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    comment, judge = newsroom.pending(body=BODY), type(newsroom.container.redact_comment)._judge

    def slowly(self: object, *given: object) -> object:
        amend(newsroom, comment, BODY + " ثم")
        return judge(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(type(newsroom.container.redact_comment), "_judge", slowly)
    with pytest.raises(ConflictError) as refused:
        redact(newsroom, comment)
    assert refused.value.code == "stale_version"
    assert card(newsroom, comment).text == BODY + " ثم"


@pytest.mark.parametrize(
    ("body", "words", "reason", "codes"),
    [
        (BODY, "0501234568", "insult", ["redact_nothing"]),
        (BODY, "LEILA", "insult", ["redact_nothing"]),
        (BODY, " \n ", "", ["redact_words", "redact_reason"]),
        (BODY, PHONE, "because", ["redact_reason"]),
        (PHONE, PHONE, "insult", ["redact_all"]),
        (f"<b>{PHONE}</b> !", PHONE, "insult", ["redact_all"]),
        ("قال […] ثم", "…", "insult", ["redact_mark"]),
        ("ا" * 6_000 + "ب", "ا", "insult", ["redact_too_long"]),
    ],
)
def test_what_cannot_be_taken_out_is_refused(
    small_newsroom: Newsroom, body: str, words: str, reason: str, codes: list[str]
) -> None:
    comment = small_newsroom.pending(body=body)
    with pytest.raises(InvalidError) as refused:
        redact(small_newsroom, comment, words, reason=reason)
    assert [f.code for f in refused.value.fields] == codes
    assert stands(small_newsroom, comment) == ("pending", 1, None, 1)


def test_the_words_are_compared_as_texts_are_stored(newsroom: Newsroom) -> None:
    comment = newsroom.pending(body="cafe\u0301 noir\r\nau bar")
    assert redact(newsroom, comment, "caf\u00e9 noir\r\nau").places == 1
    assert card(newsroom, comment).text == f"{MARK} bar"


def test_only_a_moderator_of_the_site_can(newsroom: Newsroom) -> None:
    comment = newsroom.pending(body=BODY)
    act, asked = newsroom.container.redact_comment.redact, RedactionRequest(comment, PHONE, "insult", 1)
    program = replace(newsroom.principal, actor=Actor(ActorKind.TOKEN, newsroom.moderator.id, "bot"))
    nobody = replace(newsroom.principal, permissions=frozenset())
    for who in (program, nobody):
        with pytest.raises(ForbiddenError):
            act(who, asked)
    other = newsroom.container.manage_sites.create("other", "أخرى", {})
    with pytest.raises(NotFoundError):
        act(replace(newsroom.principal, site_id=other.id), asked)
    act(replace(newsroom.principal, permissions=ROLES["moderator"]), asked)


def test_what_its_author_took_back_is_left_alone(newsroom: Newsroom) -> None:
    withdrawn, erased = newsroom.pending(body=BODY), newsroom.pending(body=BODY + " 2")
    newsroom.container.withdraw_comment.withdraw("demo", newsroom.container.signer.receipt(withdrawn, 0))
    newsroom.container.erase_comment.erase("demo", newsroom.container.signer.receipt(erased, 0))
    for comment in (withdrawn, erased):
        with pytest.raises(ConflictError) as refused:
            redact(newsroom, comment, version=2)
        assert refused.value.code == "transition_not_allowed"


def test_how_it_came_in_stays_found(newsroom: Newsroom) -> None:
    """A program that sent it is a program still; what the words had hidden is gone with them."""
    comment = newsroom.pending(body=f"مخفي\u202e {PHONE}\u202e ثم", token="", subject="filled")
    before = [f.code for f in card(newsroom, comment).findings]
    assert before == ["hidden_characters", "trap_filled", "form_missing", "premoderation"]
    redact(newsroom, comment, f"\u202e {PHONE}\u202e")
    assert [f.code for f in card(newsroom, comment).findings] == ["trap_filled", "form_missing", "premoderation"]


def test_what_the_model_made_of_the_words_is_not_said_of_what_is_left(newsroom: Newsroom) -> None:
    store(newsroom, model())
    kind = "أتمنى لكم التوفيق والنجاح، المقال ممتاز ومفيد جدا"
    comment = newsroom.pending(body=f"{kind}، اخرس يا حمار")
    assert [f.code for f in card(newsroom, comment).findings] == ["likely_fine", "premoderation"]
    redact(newsroom, comment, kind)
    assert [f.code for f in card(newsroom, comment).findings] == ["likely_bad", "premoderation"]


def test_reports_are_answered_by_it_and_wait_again_when_it_is_undone(newsroom: Newsroom) -> None:
    comment = newsroom.approved(body=BODY)
    newsroom.container.flag_comment.flag("demo", comment, "personal_data", "a")
    made = redact(newsroom, comment, version=2)
    assert card(newsroom, comment).reports == {}
    assert made.decision
    newsroom.container.undo_decision.undo(newsroom.principal, made.decision)
    assert card(newsroom, comment).reports == {"personal_data": 1}


def test_the_receipt_shows_the_new_text_and_the_reader_may_go_on_editing(newsroom: Newsroom) -> None:
    comment = newsroom.pending(body=BODY)
    redact(newsroom, comment)
    receipt = f"/v1/sites/demo/receipts/{newsroom.container.signer.receipt(comment, 0)}"
    for address in (receipt, f"{receipt}/edit"):
        told = newsroom.client().get(address, headers={"Accept": "text/html"}).get_data(as_text=True)
        assert PHONE not in told
        assert LEFT in told
        assert "سارة" not in told
    export = newsroom.client().post(f"{receipt}/export")
    assert [r["redacted"] for r in json.loads(export.data)["revisions"]] == [None, "personal_data"]
    assert "سارة" not in export.get_data(as_text=True)
    amend(newsroom, comment, "نص بلا أرقام")
    assert stands(newsroom, comment) == ("pending", 3, None, 3)


def test_what_was_taken_out_does_not_come_back_unread(newsroom: Newsroom) -> None:
    """Also where the site publishes edits at once; and not by way of a second, harmless edit either."""
    newsroom.container.manage_sites.set_policy("demo", {"mode": "publish"})
    comment = newsroom.pending(body=BODY)
    redact(newsroom, comment, version=2)
    for text in ("شكراً", BODY + " مرة أخرى"):
        amend(newsroom, comment, text)
        assert MARK in public(newsroom)
        assert PHONE not in public(newsroom)
    assert card(newsroom, comment).edit_waiting


def test_there_is_an_end_to_it_beyond_the_readers_own(small_newsroom: Newsroom) -> None:
    comment = small_newsroom.pending(body=" ".join(f"w{n:02}." for n in range(MAX_TEXTS + 1)))
    for number in range(1, MAX_TEXTS):
        redact(small_newsroom, comment, f"w{number:02}.", number)
    with pytest.raises(ConflictError) as refused:
        redact(small_newsroom, comment, "w00.", MAX_TEXTS)
    assert refused.value.code == "redact_too_often"
    views = small_newsroom.container.reader.run(lambda s: history.revisions_of(s, small_newsroom.site.id, comment))
    assert len(views) == MAX_TEXTS


def test_erasing_takes_the_redacted_texts_along(newsroom: Newsroom) -> None:
    comment = newsroom.pending(body=BODY)
    redact(newsroom, comment)
    newsroom.container.erase_comment.erase("demo", newsroom.container.signer.receipt(comment, 0))
    assert newsroom.sql("SELECT source, redacted_label FROM revision ORDER BY number") == [("", None), ("", "سارة")]


def test_what_it_costs(newsroom: Newsroom) -> None:
    comment = newsroom.approved(body=BODY)
    with statements() as seen:
        redact(newsroom, comment, version=2)
    # Before: the comment, its findings, the site, its text; the same text elsewhere, whose the name is (staff,
    # regulars), whose comment it is and how far the author is trusted (three), the rules' and the model's version.
    # In the transaction: the comment, reports, revision, the row it is searched by and what is in it now, findings,
    # comment, outbox; then as a decision. Of what is nearly the same: what there is, before and in the transaction; the
    # likeness of the text before, which goes with its shingles; the cluster, the new likeness, its shingles, what is
    # over; and a savepoint; whether it is audited; the version of the thread. PostgreSQL: others wait.
    waits = 1 if newsroom.container.reader.engine.dialect.name == "postgresql" else 0
    assert len(seen) == 42 + waits, "\n".join(seen)


def test_the_command_line_verifies_it(newsroom: Newsroom, command_line: Callable[[str], Run]) -> None:
    redact(newsroom, newsroom.approved(body=BODY), version=2)
    taliq = command_line(newsroom.container.settings.database_url)
    assert taliq("audit", "verify")[0] == 0
