"""What a rule would have done: what the database picks out is never less than what the rule sees."""

from __future__ import annotations

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
    assert tried(past, "كلب", section="رياضة").matched == 0


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


def test_where_nothing_has_been_decided_nothing_is_claimed(newsroom: Newsroom) -> None:
    newsroom.pending(body="كلب")
    assert tried(newsroom, "كلب") == BackTest(0, 0, 0, 0, ())
