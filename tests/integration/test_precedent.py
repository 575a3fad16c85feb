"""What the model says of a new comment stands on it as a note, and holds nothing."""

from __future__ import annotations

from itertools import cycle
from uuid import UUID

import pytest

from service.domain.moderation import Action
from service.learning import calibration, learner
from service.storage import learners
from service.storage.sites import Site
from service.usecases import precedent
from service.usecases.decide_comments import DecisionRequest
from tests.contracts.place import signed_in
from tests.newsroom import Newsroom
from tests.triage_sample import FINE, RUDE

#: Enough to speak, in the tests; the product waits for 200 and 40, and is surer of a lane.
EACH = 24


@pytest.fixture
def taught(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    monkeypatch.setattr(learner, "SPEAKS_FROM", 2 * EACH)
    monkeypatch.setattr(learner, "OF_EACH", EACH)
    monkeypatch.setattr(calibration, "SURE", 0.5)
    monkeypatch.setattr(calibration, "FEWEST", 15)
    for number, fine, rude in zip(range(EACH + 6), cycle(FINE), cycle(RUDE)):
        newsroom.decide(newsroom.pending(body=f"{fine} {number}"), Action.APPROVE)
        newsroom.decide(newsroom.pending(body=f"{rude} {number}"), Action.SPAM)
    newsroom.container.learn_decisions.fold(newsroom.site.id, store=True)
    return newsroom


def findings(newsroom: Newsroom, comment: UUID) -> dict[str, tuple[object, ...]]:
    asked = "SELECT code, rule, outcome, spans FROM finding WHERE comment_id = :id"
    rows = newsroom.sql(asked, id=_bound(newsroom, comment))
    return {str(code): tuple(rest) for code, *rest in rows}


def _bound(newsroom: Newsroom, comment: UUID) -> object:
    return comment.hex if newsroom.container.settings.database_url.startswith("sqlite") else comment


def test_a_comment_like_rejected_ones_says_so_and_comes_first(taught: Newsroom) -> None:
    bad = taught.pending(body="يا لك من كلب حقير ولا تفهم شيئا")
    fine = taught.pending(body="المقال ممتاز ومفيد جدا كالعادة")
    code, outcome, spans = findings(taught, bad)["likely_bad"]
    rejected, _, all_ = str(code).partition("/")
    assert int(rejected) > 0.8 * int(all_) > 0
    assert outcome == "note"
    assert spans not in ("[]", [])
    assert "likely_fine" in findings(taught, fine)
    ranks = taught.sql("SELECT id FROM comment WHERE status = 'pending' ORDER BY rank")
    assert [str(row[0]).replace("-", "") for row in ranks] == [bad.hex, fine.hex]


def test_it_holds_nothing(taught: Newsroom) -> None:
    taught.container.manage_sites.set_policy("demo", {"mode": "publish"})
    comment = taught.pending(body="يا لك من كلب حقير ولا تفهم شيئا")
    assert set(findings(taught, comment)) == {"likely_bad"}
    assert taught.sql("SELECT status FROM comment WHERE id = :id", id=_bound(taught, comment)) == [("approved",)]


def test_it_says_nothing_while_it_knows_too_little(newsroom: Newsroom) -> None:
    newsroom.decide(newsroom.pending(body=RUDE[0]), Action.SPAM)
    newsroom.container.learn_decisions.fold(newsroom.site.id)
    assert set(findings(newsroom, newsroom.pending(body=f"{RUDE[1]} !"))) == {"premoderation"}
    site = newsroom.container.reader.run(lambda s: s.get(Site, newsroom.site.id))
    assert site is not None
    assert newsroom.container.reader.run(lambda s: precedent.precedent_of(s, site, newsroom.clock(), RUDE[0])) is None


@pytest.fixture
def learning(newsroom: Newsroom) -> Newsroom:
    """Sixty decisions, thirty of each kind: enough to put in order, and not to say anything."""
    for number, fine, rude in zip(range(30), cycle(FINE), cycle(RUDE)):
        newsroom.decide(newsroom.pending(body=f"{fine} {number}"), Action.APPROVE)
        newsroom.decide(newsroom.pending(body=f"{rude} {number}"), Action.SPAM)
    newsroom.container.learn_decisions.fold(newsroom.site.id, store=True)
    # What is nearly the same is not looked for so far back.
    newsroom.clock.forward(days=4)
    return newsroom


def test_after_few_decisions_it_only_puts_in_order(learning: Newsroom) -> None:
    fine = learning.pending(body="المقال ممتاز ومفيد جدا كالعادة")
    bad = learning.pending(body="يا لك من كلب حقير ولا تفهم شيئا")
    assert set(findings(learning, fine)) == {"premoderation"}
    assert set(findings(learning, bad)) == {"premoderation", "leans_bad"}
    rule, outcome, spans = findings(learning, bad)["leans_bad"]
    rejected, _, all_ = str(rule).partition("/")
    assert 2 * int(rejected) >= int(all_) > 0
    assert outcome == "note"
    assert spans in ("[]", [])
    ranks = learning.sql("SELECT id, rank FROM comment WHERE status = 'pending' ORDER BY rank")
    assert [(str(i).replace("-", ""), rank) for i, rank in ranks] == [(bad.hex, 950), (fine.hex, 1000)]


def test_what_it_puts_in_order_by_holds_nothing(learning: Newsroom) -> None:
    learning.container.manage_sites.set_policy("demo", {"mode": "publish"})
    comment = learning.pending(body="يا لك من كلب حقير ولا تفهم شيئا")
    assert set(findings(learning, comment)) == {"leans_bad"}
    assert learning.sql("SELECT status FROM comment WHERE id = :id", id=_bound(learning, comment)) == [("approved",)]


def test_the_card_says_quietly_what_it_was_put_in_order_by(learning: Newsroom) -> None:
    comment = learning.pending(body="يا لك من كلب حقير ولا تفهم شيئا")
    (rule, *_) = findings(learning, comment)["leans_bad"]
    bad, _, all_ = str(rule).partition("/")
    page = signed_in(learning).get(f"/console/comments/{comment}").get_data(as_text=True)
    assert '<li class="usual"><strong>قرارات قليلة حتى الآن تميل إلى رفض تعليقات كهذا؛ للترتيب فقط</strong>' in page
    assert f"من التعليقات المشابهة ({all_})، رفض فريقكم: {bad}" in page
    assert "<mark" not in page


def test_the_card_tells_what_became_of_comments_like_it(taught: Newsroom) -> None:
    comment = taught.pending(body="يا لك من كلب حقير ولا تفهم شيئا")
    (rule, *_) = findings(taught, comment)["likely_bad"]
    bad, _, all_ = str(rule).partition("/")
    page = signed_in(taught).get(f"/console/comments/{comment}").get_data(as_text=True)
    assert "يشبه تعليقات يرفضها فريقكم" in page
    assert f"من التعليقات المشابهة ({all_})، رفض فريقكم: {bad}" in page
    assert "<mark" in page


def test_a_new_version_is_read_and_the_same_is_not_read_again(
    taught: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[UUID] = []
    find = learners.find
    monkeypatch.setattr(learners, "find", lambda session, site: read.append(site) or find(session, site))

    def ask() -> None:
        site = taught.container.reader.run(lambda s: s.get(Site, taught.site.id))
        assert site is not None
        taught.container.reader.run(lambda s: precedent.precedent_of(s, site, taught.clock(), "نص"))

    ask()
    ask()
    assert len(read) == 1
    taught.approved()
    taught.container.learn_decisions.fold(taught.site.id, store=True)
    before = len(read)
    ask()
    ask()
    assert len(read) == before + 1


def test_a_damaged_model_holds_the_comment_and_one_of_another_release_does_not(taught: Newsroom) -> None:
    taught.container.manage_sites.set_policy("demo", {"mode": "publish"})

    def change(data: bytes) -> None:
        def spoil(session: object) -> None:
            row = learners.find(session, taught.site.id)  # type: ignore[arg-type]
            assert row is not None
            row.data, row.version = data, row.version + 1

        taught.container.learn_decisions._uow.run(spoil)

    whole = taught.container.reader.run(lambda s: learners.find(s, taught.site.id))
    assert whole is not None
    change(whole.data[:-1])
    assert "screening_incomplete" in findings(taught, taught.pending())
    at = len(b"TALIQ learner\n")
    change(whole.data[:at] + b"\xff" + whole.data[at + 1 :])
    assert findings(taught, taught.pending()) == {}


def test_the_models_of_a_few_sites_are_kept(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precedent, "KEPT", 2)
    for number in range(4):
        site = newsroom.container.manage_sites.create(f"s{number}", "", {})
        newsroom.container.reader.run(lambda s, of=site: precedent.precedent_of(s, of, newsroom.clock(), "نص"))  # type: ignore[misc]
    assert len(precedent._models) == 2


def test_a_sweep_teaches_less_than_its_number(taught: Newsroom) -> None:
    """Eighty approved at one stroke do not drown what was decided one by one."""
    ids = [taught.pending(body=f"كلب حقير {number} مرة أخرى") for number in range(80)]
    taught.container.decide_comments.many(taught.principal, [DecisionRequest(i, Action.APPROVE, 1) for i in ids])
    taught.container.learn_decisions.fold(taught.site.id, store=True)
    row = taught.container.reader.run(lambda s: learners.find(s, taught.site.id))
    assert row is not None
    assert row.stats["fine"] == EACH + 6 + 9
