"""What has changed between the judging of a text and its being stored counts."""

from __future__ import annotations

import pytest

from service.domain.moderation import Action, Status
from service.queries import receipts
from service.screening.facts import NO_PAST
from service.storage import regulars
from service.usecases import amend_comment
from tests.newsroom import Newsroom

ADVERT = "اشتروا من متجرنا كل ما يلزم البيت بنصف الثمن هذا الأسبوع فقط والتوصيل مجاني"


@pytest.fixture
def publishing(newsroom: Newsroom) -> Newsroom:
    newsroom.container.manage_sites.set_policy("demo", {"mode": "publish"})
    return newsroom


def test_of_edits_to_one_text_at_once_the_second_waits(
    publishing: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both were judged before either was stored, so neither has seen the other."""
    monkeypatch.setattr(amend_comment, "gather", lambda *_: NO_PAST)
    answers = [publishing.submit(body=f"رأي {word} في المقال", email=f"{word}@example.org") for word in ("أول", "آخر")]
    for answer in answers:
        assert answer.status is Status.APPROVED
        publishing.container.amend_comment.amend("demo", str(answer.receipt), {"body": ADVERT})
    shown = publishing.sql("SELECT published_revision FROM comment ORDER BY id")
    assert shown == [(2,), (1,)]


def test_an_edit_in_a_closed_discussion_waits(publishing: Newsroom) -> None:
    answer = publishing.submit(body="رأي أول")
    publishing.container.manage_sites.set_state("demo", "article-1", "closed")
    publishing.container.amend_comment.amend("demo", str(answer.receipt), {"body": "رأي آخر"})
    assert publishing.sql("SELECT published_revision, latest_revision FROM comment") == [(1, 2)]


def test_who_tries_what_gets_through_hears_no_verdict(publishing: Newsroom) -> None:
    """A rule has refused it at once; to its sender it is held, as it was when it was sent, until a person decides."""
    publishing.container.manage_lists.replace("demo", "host", "l", "spam", ["spam.example"], "سارة")
    answer = publishing.submit(body="انظروا https://spam.example/")
    assert answer.status is Status.PENDING
    assert publishing.sql("SELECT status FROM comment") == [("spam",)]
    view = publishing.container.reader.run(
        lambda s: receipts.read_receipt(
            s, publishing.container.signer, "demo", str(answer.receipt), publishing.clock()
        )
    )
    assert (view.status, view.reason) == ("pending", None)


def test_nobody_takes_a_regulars_name_by_writing_under_it(
    publishing: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits or was refused under a name says nothing of whose it is."""
    monkeypatch.setattr(regulars, "_WALK", 4)
    device = None
    for body in ("النهر يجفّ في كل صيف", "من بنى السدّ القديم وكيف", "شكرا للكاتب على هذا كله"):
        answer = publishing.submit(name="سلمى الشاعر", body=body, remember=True, device=device)
        device = answer.device
        publishing.decide(answer.comment, Action.APPROVE, 2)
    for number in range(8):
        publishing.submit(name="سلمى الشاعر", body=f"دعاية {number} لمتجر", token="", email=f"{number}@example.org")
    assert publishing.submit(name="سلمى الشاعر", body="من غيرها", email="x@example.org").status is Status.PENDING
    assert ("impersonation",) in publishing.sql("SELECT code FROM finding")
