"""Rules of words: what is found, in which section, how strictly, and what is only suspected."""

from __future__ import annotations

import pytest

from service.screening.facts import Facts, Finding, Gathered, Known
from service.screening.outcome import Outcome
from service.screening.phases.disguised_word import disguised_word
from service.screening.phases.word_rule import word_rule
from service.screening.pipeline import screen, verdict_of
from service.screening.rules import MOST_FOUND, Found, Rule, RuleBook, RulesHere
from service.text.phrases import Mode

#: How a word on a list is written around it, as found in the field: eleven of these fourteen pass a list that compares
#: what was typed.
FOURTEEN = [
    "كلب", "الكلب", "كلبهم", "كَلْب", "كـلـب", "ك لب", "ﻛﻠﺐ", "ك\u200cلب", "kلب", "کلب", "احمق", "أحمق", "إحمق", "آحمق",
]  # fmt: skip
#: And with a list whose words end where a sign stands that is no letter: fourteen of these seventeen.
SEVENTEEN = [
    "كلب", "كَلْبٌ", "ك\u064eلب", "كـلـب", "الكلب", "والكلب", "كلبهم", "كلبَهم", "احمق", "ا\u0654حمق", "کلب", "ك\u200cلب",
    "ك\u200dلب", "كل\u200fب", "ﻛﻠﺐ", "كلببببب", "\u0456diot",
]  # fmt: skip
INNOCENT = [
    "كلبشة", "كلبَشات", "مكلب", "سلام عليكم", "دمَشق", "دمشق", "سمَاء", "سماء", "حبَل", "حبل", "specialist", "socialist",
]  # fmt: skip


def rule(number: int, *phrases: str, outcome: Outcome = Outcome.HOLD, **more: object) -> Rule:
    return Rule(number, phrases, Mode.CLITICS, outcome, **more)  # type: ignore[arg-type]


def facts(body: str, *rules: Rule, name: str = "سلمى", section: str = "") -> Facts:
    known = Gathered(text_seen=Known(False), rules=Known(RulesHere(RuleBook(rules, "ar"), section)))
    return Facts("publish", "ar", name, body, None, gathered=known)


def seen(found: Finding, given: Facts) -> list[str]:
    return [given.body[start:end] for start, end in found.spans]


@pytest.mark.parametrize("typed", [*FOURTEEN, *SEVENTEEN])
def test_every_spelling_from_the_field_is_found_or_suspected(typed: str) -> None:
    given = facts(f"قال له {typed} ومضى", rule(1, "كلب", "أحمق", "idiot"))
    (found,) = [*word_rule(given), *disguised_word(given)]
    assert found.spans


@pytest.mark.parametrize("typed", INNOCENT)
def test_their_innocent_neighbours_are_neither(typed: str) -> None:
    given = facts(f"قال له {typed} ومضى", rule(1, "كلب", "دم", "سم", "حب", "cialis", "ass", "social"))
    assert not [*word_rule(given), *disguised_word(given)]


def test_a_rule_is_one_finding_with_every_place_and_says_which_it_is() -> None:
    given = facts("يا كَلْب، والكلب كلبهم. يا أحمق", rule(3, "كلب"), rule(4, "أحمق"))
    first, second = word_rule(given)
    assert (first.rule, seen(first, given)) == ("rule:3 كلب", ["كَلْب", "كلب", "كلب"])
    assert (second.rule, seen(second, given)) == ("rule:4 أحمق", ["أحمق"])
    assert first.outcome is Outcome.HOLD


def test_the_strictest_comes_first_and_brings_its_reason() -> None:
    given = facts(
        "كلام بذيء وفيه كلب",
        rule(1, "كلام"),
        rule(2, "كلب", outcome=Outcome.REJECT, reason="insult"),
    )
    found = list(word_rule(given))
    assert [f.rule for f in found] == ["rule:2 كلب", "rule:1 كلام"]
    assert verdict_of(found).reason == "insult"
    assert verdict_of(found).outcome is Outcome.REJECT


def test_a_rule_of_a_section_holds_only_there() -> None:
    given = rule(1, "هدف", section="رياضة")
    assert not list(word_rule(facts("هدف", given, section="سياسة")))
    assert not list(word_rule(facts("هدف", given)))
    assert list(word_rule(facts("هدف", given, section="رياضة")))


def test_a_word_in_the_name_is_told_apart_from_one_in_the_text() -> None:
    (found,) = word_rule(facts("مرحبا", rule(1, "casino"), name="Best CASINO"))
    assert (found.code, found.spans) == ("word_in_name", ())


@pytest.mark.parametrize("typed", ["شتيمتهم", "شتيمات", "شَتيمة"])
def test_it_is_named_by_the_phrase_as_the_rule_has_it(typed: str) -> None:
    (found,) = word_rule(facts(typed, rule(1, "كلب", "شتيمة")))
    assert found.rule == "rule:1 شتيمة"


def test_a_long_phrase_is_cut_and_never_what_names_the_rule() -> None:
    phrase = "كلمة " * 30
    found = Found(rule(12_345, phrase), phrase, "spaced_out")
    assert found.label == "rule:12345:spaced_out " + phrase[:58]
    assert len(found.label) == 80


def test_a_list_is_one_rule() -> None:
    (found,) = word_rule(facts("قرد وكلب", rule(9, "كلب", "قرد", "حمار")))
    assert found.rule == "rule:9 قرد"
    assert len(found.spans) == 2


def test_a_disguise_only_holds_whatever_the_rule_asks_for() -> None:
    given = facts("يا ك ل ب", rule(1, "كلب", outcome=Outcome.SPAM))
    assert not list(word_rule(given))
    (found,) = disguised_word(given)
    assert (found.outcome, found.rule, seen(found, given)) == (Outcome.HOLD, "rule:1:spaced_out كلب", ["ك ل ب"])


def test_what_a_rule_sees_plainly_is_not_suspected_as_well() -> None:
    given = facts("يا كلب ويا ك ل ب", rule(1, "كلب"))
    assert len(list(word_rule(given))) == 1
    assert not list(disguised_word(given))


def test_a_comment_full_of_words_has_a_bounded_number_of_findings() -> None:
    words = [chr(0x0628 + n // 8) + chr(0x0630 + n % 8) + "سم" for n in range(60)]
    given = facts(" ".join(words * 30), *(rule(n, word) for n, word in enumerate(words)))
    found = list(word_rule(given))
    assert len(found) == MOST_FOUND
    assert all(len(f.spans) <= 20 for f in found)


def test_without_rules_nothing_is_said() -> None:
    given = Facts("publish", "ar", "x", "كلب", None, gathered=Gathered(rules=Known(RulesHere(None, ""))))
    assert not list(word_rule(given))
    assert not list(disguised_word(given))


def test_where_the_rules_could_not_be_read_the_comment_is_held() -> None:
    given = Facts("publish", "ar", "x", "كلب", None, gathered=Gathered(text_seen=Known(False)))
    verdict = screen(given, [word_rule, disguised_word])
    assert verdict.outcome is Outcome.HOLD
    assert {f.rule for f in verdict.findings} == {"failed:word_rule", "failed:disguised_word"}


@pytest.mark.parametrize("section", ["sport", ""])
def test_what_other_rules_find_a_thousand_times_hides_nothing_that_comes_after(section: str) -> None:
    """Be they of another section or not."""
    rules = (rule(1, "abc", section=section), rule(2, "casino", outcome=Outcome.SPAM), rule(3, "idiot"))
    given = facts("abc " * 2_100 + " casino", *rules)
    assert "rule:2 casino" in [found.rule for found in word_rule(given)]
    disguised = facts("4bc " * 2_100 + " 1d10t", *rules)
    assert any("idiot" in (found.rule or "") for found in disguised_word(disguised))
