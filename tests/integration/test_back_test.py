"""What a rule would have done: what the database picks out is never less than what the rule sees."""

from __future__ import annotations

from uuid import UUID

import pytest

from service.domain.moderation import Action
from service.domain.rules import read_rule
from service.queries import back_test
from service.queries.back_test import BackTest, try_rule
from tests.newsroom import Newsroom

TEXTS = (
    "يا كَلْب", "والكلب نائم", "كلبهم وفيّ", "ﻛﻠﺐ صغير", "ك\u200cلب", "كلبشة", "مكلب", "An IDIOT, he said", "idiotic",
    "spam.com/x", "سماء", "الحمارات هنا", "حمارتهم", "يا  كلب كبير", "لا شيء",
)  # fmt: skip


def tried(room: Newsroom, *phrases: str, mode: str = "clitics", section: str = "", exceptions: str = "") -> BackTest:
    draft = read_rule("", phrases, mode, "hold", "", section, [exceptions])
    return room.container.reader.run(lambda s: try_rule(s, room.site.id, draft, "ar"))


@pytest.fixture
def past(newsroom: Newsroom) -> Newsroom:
    for n, text in enumerate(TEXTS):
        newsroom.decide(newsroom.pending(body=text), Action.SPAM if n % 3 == 0 else Action.APPROVE)
    return newsroom


@pytest.mark.parametrize(
    ("phrase", "mode", "matched"),
    [
        ("كلب", "clitics", 6),
        ("كلب", "word", 4),
        ("كلب", "anywhere", 8),
        ("idiot", "word", 1),
        ("idiot", "anywhere", 2),
        ("spam.com", "word", 1),
        ("سم", "clitics", 0),
        ("حمارة", "clitics", 2),
        ("يا كلب", "clitics", 2),
        ("غائب", "anywhere", 0),
    ],
)
def test_it_finds_in_what_was_decided_what_it_will_find(past: Newsroom, phrase: str, mode: str, matched: int) -> None:
    found = tried(past, phrase, mode=mode)
    assert (found.decided, found.matched) == (len(TEXTS), matched)


def test_mistakes_come_first_and_what_waits_or_rules_did_is_no_evidence(past: Newsroom) -> None:
    past.pending(body="كلب ينتظر")
    past.container.manage_sites.set_policy("demo", {"mode": "publish"})
    past.pending(body="كلب نُشر بلا قرار")
    found = tried(past, "كلب")
    assert (found.matched, found.approved, found.refused) == (6, 4, 2)
    assert [example.status for example in found.examples] == ["approved"] * 4 + ["spam"] * 2
    for example in found.examples:
        (start, end), *_ = example.places
        assert example.source[start:end].strip()


def test_exceptions_and_sections_count(past: Newsroom) -> None:
    assert tried(past, "كلب", exceptions="كلب كبير").matched == 5
    assert tried(past, "كلب", section="رياضة") == BackTest(0, 0, 0, 0, ())


def test_a_long_list_and_a_word_in_every_text_look_less_far_back_and_say_so(
    past: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(back_test, "PICKED_BY", 2)
    monkeypatch.setattr(back_test, "LOOK_BACK_LISTS", 5)
    assert tried(past, "كلب", "حمارة", "غائب").decided == 5
    monkeypatch.setattr(back_test, "LOOKED_AT", 3)
    found = tried(past, "كلب")
    assert found.matched <= 3
    assert 3 <= found.decided < len(TEXTS)


def test_the_more_is_looked_for_the_less_far_back(past: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(back_test, "LOOK_BACK_LISTS", 2)
    monkeypatch.setattr(back_test, "LOOKED_FOR", 12)
    assert tried(past, "كلب").decided == 12
    assert tried(past, "حمارة").decided == 12, "three forms are asked for as one"
    assert tried(past, "كلب", "قرد", "يا غائب").decided == 3
    assert tried(past, *(f"عبارة {n}" for n in range(20))).decided == 2


def test_what_people_judged_is_read_and_not_what_came_after_it(newsroom: Newsroom) -> None:
    def edited(first: str, then: str) -> UUID:
        answer = newsroom.submit(body=first)
        assert answer.comment
        assert answer.receipt
        newsroom.decide(answer.comment, Action.APPROVE)
        newsroom.container.amend_comment.amend("demo", answer.receipt, {"body": then})
        return answer.comment

    edited("يا كلب", "يا صديقي")
    edited("يا صديقي الأول", "يا كلبي الأول")
    refused = edited("يا صديقي الثاني", "يا كلبي الثاني")
    newsroom.decide(refused, Action.REJECT, version=3, reason="insult")
    found = tried(newsroom, "كلب")
    assert [(e.status, e.source) for e in found.examples] == [("approved", "يا كلب"), ("rejected", "يا كلبي الثاني")]


def test_of_a_section_only_what_was_decided_in_it_is_counted(newsroom: Newsroom) -> None:
    for key, section in (("match", "رياضة"), ("law", "سياسة")):
        fields = {"url": f"https://news.example/{key}", "title": key, "section": section}
        newsroom.container.manage_sites.put_thread(newsroom.site.id, key, fields)
    for n, thread in enumerate(("match", "match", "law")):
        newsroom.decide(newsroom.pending(thread=thread, body=f"كلب {n}"), Action.APPROVE)
    found = tried(newsroom, "كلب", section="رياضة")
    assert (found.decided, found.matched) == (2, 2)


def test_where_nothing_has_been_decided_nothing_is_claimed(newsroom: Newsroom) -> None:
    newsroom.pending(body="كلب")
    assert tried(newsroom, "كلب") == BackTest(0, 0, 0, 0, ())
