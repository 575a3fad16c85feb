"""The lane in which the model publishes by itself: closed until somebody opens it, earned before, audited blind, closed
past its bound.
"""

from __future__ import annotations

from itertools import cycle
from uuid import UUID

import pytest

from service.domain import lane
from service.domain.access import Principal
from service.domain.errors import ConflictError, ForbiddenError, InvalidError
from service.domain.lane import Tally
from service.domain.moderation import Action
from service.learning import calibration, learner
from service.screening.facts import Precedent
from service.storage.uow import Session
from service.usecases import lane_bound, lane_case, precedent, submit_comment
from service.usecases.decide_comments import DecisionRequest
from service.usecases.lane_bound import LaneState, open_state
from service.usecases.precedent import lane_offers
from service.usecases.redact_comment import RedactionRequest
from service.usecases.submit_comment import Answer
from tests.newsroom import Newsroom
from tests.triage_sample import FINE, RUDE

LOT_OF = lane_case.lot_of
EACH = 24
#: Of the words of what was approved, and not nearly the same as any of it.
FAIR = (
    "تحليل مفيد جدا وأتمنى لكم النجاح",
    "المقال عميق والتوفيق لكم",
    "هل من مصادر أخرى للوضع الاقتصادي",
    "could you add the photographs, I learnt something",
    "a lovely careful report, well written",
)
FOUL = "يا لك من كلب حقير ولا تفهم شيئا"
LINKS = " https://a.example https://b.example https://c.example"


@pytest.fixture
def taught(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    """A model that has learnt enough to be let out, by the smaller measures of the tests."""
    monkeypatch.setattr(learner, "SPEAKS_FROM", 2 * EACH)
    monkeypatch.setattr(learner, "OF_EACH", EACH)
    monkeypatch.setattr(calibration, "SURE", 0.5)
    monkeypatch.setattr(calibration, "FEWEST", 15)
    monkeypatch.setattr(precedent, "OPENS", 0.5)
    monkeypatch.setattr(calibration, "SPARE", 0)
    monkeypatch.setattr(calibration, "LIKE", (4, 50))
    monkeypatch.setattr(lane, "STAYS", 0.5)
    calibration._fewest.cache_clear()
    for number, fine, rude in zip(range(EACH + 6), cycle(FINE), cycle(RUDE)):
        newsroom.decide(newsroom.pending(body=f"{fine} {number}"), Action.APPROVE)
        newsroom.decide(newsroom.pending(body=f"{rude} {number}"), Action.SPAM)
    newsroom.container.learn_decisions.fold(newsroom.site.id, store=True)
    return newsroom


@pytest.fixture(autouse=True)
def lots(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What is drawn for the comments to come: the last, again and again."""
    drawn = [0.9]
    monkeypatch.setattr(lane_case, "lot_of", lambda signer, fingerprint: drawn[-1])
    return drawn


@pytest.fixture
def opened(taught: Newsroom) -> Newsroom:
    taught.container.open_lane.open(taught.principal, 10, 5)
    return taught


def findings(newsroom: Newsroom, answer: Answer) -> dict[str, str]:
    rows = newsroom.sql("SELECT comment_id, code, outcome FROM finding")
    return {str(code): str(outcome) for comment, code, outcome in rows if _same(comment, answer.comment)}


def _same(stored: object, known: UUID | None) -> bool:
    return str(stored).replace("-", "") == (known.hex if known else "")


def cases(newsroom: Newsroom) -> list[bool]:
    return [bool(audited) for (audited,) in newsroom.sql("SELECT audited FROM lane_case ORDER BY comment_id")]


def test_nothing_is_published_alone_until_somebody_opens_the_lane(taught: Newsroom) -> None:
    held = taught.submit(body=FAIR[0])
    assert held.status == "pending"
    assert "likely_fine" in findings(taught, held)
    taught.container.open_lane.open(taught.principal, 10, 5)
    assert taught.submit(body=FAIR[1]).status == "approved"
    taught.container.open_lane.close(taught.principal)
    assert taught.submit(body=FAIR[2]).status == "pending"


@pytest.mark.parametrize("mode", ["hold_all", "hold_first_timers"])
def test_what_is_likely_fine_is_published_and_says_by_whom(opened: Newsroom, mode: str) -> None:
    opened.container.manage_sites.set_policy("demo", {"mode": mode})
    answer = opened.submit(body=FAIR[0])
    assert answer.status == "approved"
    assert set(findings(opened, answer).items()) <= {("premoderation", "note"), ("first_comment", "note")}
    ((kind, label),) = opened.sql("SELECT actor_kind, actor_label FROM decision WHERE actor_label LIKE 'lane%'")
    assert (kind, label) == ("policy", "lane:fine")
    assert cases(opened) == [False]
    # Nobody has looked at it: the model learns nothing from itself, and nobody is trusted for it.
    assert opened.sql("SELECT count(*) FROM comment WHERE moderated_by IS NULL AND status = 'approved'") == [(1,)]
    assert opened.submit(body=FOUL).status == "pending"
    assert cases(opened) == [False]


def test_any_other_objection_holds_and_is_no_case_of_the_lane(opened: Newsroom) -> None:
    held = opened.submit(body=FAIR[1] + LINKS)
    assert held.status == "pending"
    assert findings(opened, held)["too_many_links"] == "hold"
    assert cases(opened) == []


def test_what_the_lot_draws_waits_without_a_word_of_the_model(opened: Newsroom, lots: list[float]) -> None:
    lots.append(0.04)
    drawn = opened.submit(body=FAIR[0])
    assert drawn.status == "pending"
    assert findings(opened, drawn) == {"premoderation": "hold"}
    assert cases(opened) == [True]
    # Nor when what waits is told what the model makes of it.
    while opened.container.rescore_waiting.rescore():
        pass
    assert findings(opened, drawn) == {"premoderation": "hold"}
    # Drawn, and something else holds it as well: it would not have been published, so it tells nothing.
    opened.submit(body=FAIR[1] + LINKS)
    assert cases(opened) == [True]
    lots.append(0.06)
    assert opened.submit(body=FAIR[2]).status == "approved"


def test_the_lot_is_even_and_the_same_for_the_same_submission(newsroom: Newsroom) -> None:
    signer = newsroom.container.signer
    drawn = [LOT_OF(signer, number.to_bytes(4, "big")) for number in range(4000)]
    assert drawn[:9] == [LOT_OF(signer, number.to_bytes(4, "big")) for number in range(9)]
    assert all(0 <= lot < 1 for lot in drawn)
    assert sum(lot < 0.05 for lot in drawn) == pytest.approx(200, abs=60)


def test_an_edit_is_never_published_by_the_model_alone(opened: Newsroom) -> None:
    answer = opened.submit(body=FAIR[0])
    assert answer.receipt is not None
    opened.container.amend_comment.amend("demo", answer.receipt, {"body": FAIR[1]})
    assert opened.sql("SELECT published_revision, latest_revision FROM comment WHERE latest_revision = 2") == [(1, 2)]


def test_wrong_ones_close_it_at_once_and_for_good(opened: Newsroom, lots: list[float]) -> None:
    lots.append(0.0)
    for text in FAIR[1:3]:
        comment = opened.submit(body=text).comment
        assert comment is not None
        opened.decide(comment, Action.REJECT, reason="insult")
    lots.append(0.9)
    # Nothing goes through any more, though nobody has closed it yet.
    assert opened.submit(body=FAIR[0]).status == "pending"
    closed = opened.container.open_lane.watch(opened.site.id)
    assert closed is not None
    assert (closed.open, closed.wrong, closed.judged, closed.label) == (False, 2, 2, None)
    assert opened.container.open_lane.watch(opened.site.id) is None
    assert opened.submit(body="a lovely report, I learnt something").status == "pending"
    # Somebody has seen it, and leaves it closed: once.
    seen = opened.container.open_lane.close(opened.principal)
    assert (seen.open, seen.wrong, seen.judged, seen.label) == (False, 2, 2, "سارة")
    with pytest.raises(ConflictError, match="lane_closed"):
        opened.container.open_lane.close(opened.principal)


def state(newsroom: Newsroom) -> LaneState:
    found = newsroom.container.reader.run(lambda s: open_state(s, newsroom.site.id, newsroom.clock()))
    assert found is not None
    return found


@pytest.fixture
def drawn(opened: Newsroom, lots: list[float], monkeypatch: pytest.MonkeyPatch) -> list[Answer]:
    """All audited, in a lane that stays open whatever is found."""
    monkeypatch.setattr(lane, "STAYS", -1.0)
    monkeypatch.setattr(lane, "BROKEN", 2.0)
    lots.append(0.0)
    answers = [opened.submit(body=text) for text in FAIR]
    assert state(opened).waiting == len(FAIR)
    return answers


def test_who_takes_a_comment_back_takes_nothing_back_that_was_thought_of_it(
    opened: Newsroom, drawn: list[Answer]
) -> None:
    right, wrong, unseen, erased, edited = drawn
    assert right.comment is not None
    assert wrong.comment is not None
    opened.decide(right.comment, Action.APPROVE)
    opened.decide(wrong.comment, Action.SPAM)
    assert (state(opened).audited, state(opened).waiting) == (Tally(1, 2), 3)
    for answer in (right, wrong, unseen):
        opened.container.withdraw_comment.withdraw("demo", str(answer.receipt))
    opened.container.erase_comment.erase("demo", str(erased.receipt))
    opened.container.amend_comment.amend("demo", str(edited.receipt), {"body": FAIR[0]})
    # Three of five, and nobody does so with what is published: more than chance brings, and so against the model.
    assert (state(opened).audited, state(opened).waiting) == (Tally(2, 3), 0)


def test_another_text_of_a_drawn_comment_shows_nothing_and_is_none_of_the_lane(
    opened: Newsroom, drawn: list[Answer]
) -> None:
    opened.container.amend_comment.amend("demo", str(drawn[0].receipt), {"body": FAIR[1]})
    assert not {"likely_fine", "likely_bad"} & set(findings(opened, drawn[0]))
    comment = drawn[0].comment
    assert comment is not None
    opened.decide(comment, Action.APPROVE, 2)
    assert state(opened).audited == Tally(0, 0)


def test_words_taken_out_of_it_were_wrong_to_publish(opened: Newsroom, drawn: list[Answer]) -> None:
    comment = drawn[0].comment
    assert comment is not None
    opened.decide(comment, Action.APPROVE)
    assert state(opened).audited == Tally(0, 1)
    words = RedactionRequest(comment, FAIR[0].split()[0], "insult", 2)
    opened.container.redact_comment.redact(opened.principal, words)
    assert state(opened).audited == Tally(1, 1)


def test_a_sweep_is_no_look(opened: Newsroom, drawn: list[Answer], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane_bound, "AT_ONCE", 4)
    asked = [DecisionRequest(answer.comment, Action.APPROVE, 1) for answer in drawn if answer.comment]
    opened.container.decide_comments.many(opened.principal, asked)
    assert (state(opened).audited, state(opened).waiting) == (Tally(0, 0), 5)
    monkeypatch.setattr(lane_bound, "AT_ONCE", 5)
    assert (state(opened).audited, state(opened).waiting) == (Tally(0, 5), 0)


def test_nothing_is_published_while_nobody_looks(
    opened: Newsroom, drawn: list[Answer], lots: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    lots.append(0.9)
    texts = ("أتمنى التوفيق للاقتصادي", "تحليل عميق ومفيد للأرقام")
    assert opened.submit(body=texts[0]).status == "approved"
    monkeypatch.setattr(lane_bound, "WAITING", 4)
    assert opened.submit(body=texts[1]).status == "pending"
    assert state(opened).late
    monkeypatch.setattr(lane_bound, "WAITING", 100)
    opened.clock.forward(hours=49)
    assert state(opened).late
    assert opened.container.open_lane.watch(opened.site.id) is None


def test_what_moderators_take_down_closes_it_whatever_the_audit_says(opened: Newsroom) -> None:
    answers = [opened.submit(body=text) for text in FAIR[:3]]
    assert {answer.status for answer in answers} == {"approved"}
    for answer in answers:
        assert answer.comment is not None
        opened.decide(answer.comment, Action.REJECT, 2, "insult")
        # It is of no use to take it back now.
        opened.container.withdraw_comment.withdraw("demo", str(answer.receipt))
    closed = opened.container.open_lane.watch(opened.site.id)
    assert closed is not None
    assert (closed.wrong, closed.judged) == (0, 0)
    # The model learns a week before it may have another try.
    with pytest.raises(ConflictError, match="lane_rests"):
        opened.container.open_lane.open(opened.principal, 10, 5)
    opened.clock.forward(days=7, seconds=1)
    opened.container.open_lane.open(opened.principal, 10, 5)


@pytest.mark.parametrize(
    "fields",
    [
        {"body": FAIR[0] + " https://a.example"},
        {"website": "https://a.example"},
        {"name": "كلب حقير"},
        {"body": " ".join([*FAIR[:3], FOUL, *FAIR[:3]])},
        {"body": "Я знаю, где вы живёте, и скоро приду"},
        {"body": " ".join([FAIR[0]] * 40)},
    ],
    ids=["a link", "a website", "a rude name", "an insult among kind words", "words nobody has decided on", "long"],
)
def test_what_the_reader_chooses_to_slip_through_waits(opened: Newsroom, fields: dict[str, str]) -> None:
    assert opened.submit(**{"body": FAIR[0], **fields}).status == "pending"
    assert cases(opened) == []


def test_it_is_not_opened_anew_while_it_is_open(opened: Newsroom) -> None:
    with pytest.raises(ConflictError, match="lane_open"):
        opened.container.open_lane.open(opened.principal, 10, 5)


def test_right_ones_keep_it_open(opened: Newsroom, lots: list[float]) -> None:
    lots.append(0.0)
    for text in FAIR[1:]:
        comment = opened.submit(body=text).comment
        assert comment is not None
        opened.decide(comment, Action.APPROVE)
    assert opened.container.open_lane.watch(opened.site.id) is None
    lots.append(0.9)
    assert opened.submit(body=FAIR[0]).status == "approved"


def test_a_lane_closed_while_a_comment_is_judged_publishes_it_not(
    opened: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = submit_comment.judge

    def slowly(*args: object) -> object:
        monkeypatch.setattr(submit_comment, "judge", judge)
        opened.container.open_lane.close(opened.principal)
        return judge(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(submit_comment, "judge", slowly)
    answer = opened.submit(body=FAIR[0])
    assert answer.status == "pending"
    assert set(findings(opened, answer)) == {"premoderation", "likely_fine"}
    assert cases(opened) == []


def test_it_has_to_be_earned(taught: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    switch = taught.container.open_lane
    for percent, audit in ((4, 5), (0, 5), (10, 1), (10, 50)):
        with pytest.raises(InvalidError):
            switch.open(taught.principal, percent, audit)
    # Thirty fine ones do not say that one in a hundred at most is wrong.
    with pytest.raises(ConflictError, match="lane_not_earned"):
        switch.open(taught.principal, 1, 5)
    monkeypatch.setattr(learner, "SPEAKS_FROM", 10_000)
    assert taught.container.reader.run(lambda s: lane_offers(s, taught.site.id)) == {}
    with pytest.raises(ConflictError, match="lane_not_earned"):
        switch.open(taught.principal, 10, 5)


def test_only_who_manages_the_site_opens_and_closes_it(opened: Newsroom) -> None:
    plain = Principal(opened.principal.actor, opened.site.id, frozenset())
    for act in (lambda: opened.container.open_lane.open(plain, 10, 5), lambda: opened.container.open_lane.close(plain)):
        with pytest.raises(ForbiddenError):
            act()


def test_its_history_only_grows(opened: Newsroom) -> None:
    for statement in ("UPDATE lane_change SET percent = 50", "DELETE FROM lane_change"):

        def change(session: Session, said: str = statement) -> None:
            session.connection().exec_driver_sql(said)

        with pytest.raises(Exception, match="append-only"):
            opened.container.open_lane._uow.run(change)


def test_the_model_answers_for_no_address_whatever_it_thinks(
    opened: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precedent, "said_by", lambda *asked: Precedent("fine", 0, 20))
    monkeypatch.setattr(precedent, "in_lane", lambda *asked: True)

    def alone(body: str, website: str | None = None) -> bool:
        def ask(session: Session) -> bool:
            found = precedent.precedent_of(session, opened.site, opened.clock(), body, "سلمى", website)
            return found is not None and found.alone is not None

        return opened.container.reader.run(ask)

    assert [alone("نص"), alone("نص https://a.example"), alone("نص", "https://a.example")] == [True, False, False]
