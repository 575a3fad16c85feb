"""Words in disguise: found for a person to look at, and only where somebody disguised them."""

from __future__ import annotations

import pytest
from timing import growth

from service.text.fold import fold, folded
from service.text.lookalikes import is_mixed, skeleton
from service.text.phrases import Matcher, Pattern
from service.text.suspicion import Disguises


def found(phrase: str, typed: str, language: str = "ar") -> set[tuple[str, str]]:
    patterns = [Pattern(fold(phrase, language))]
    text = folded(typed, language)
    hits = Disguises(Matcher(patterns), patterns, language).find(text.text, text.parted)
    return {(hit.rule, typed[slice(*text.source(hit.start, hit.end))]) for hit in hits}


@pytest.mark.parametrize(
    ("phrase", "typed", "rule", "marked"),
    [
        ("كلب", "يا ك ل ب انت", "spaced_out", "ك ل ب"),
        ("كلب", "يا ك.ل.ب", "spaced_out", "ك.ل.ب"),
        ("كلب", "يا ك-ل_ب!", "spaced_out", "ك-ل_ب"),
        ("كلب", "يا ك لب", "spaced_out", "ك لب"),
        ("كلب", "يا كل ب", "spaced_out", "كل ب"),
        ("كلب", "هذا الك ل ب", "spaced_out", "ك ل ب"),
        ("idiot", "what an i d i o t", "spaced_out", "i d i o t"),
        ("idiot", "an I.D.I.O.T.", "spaced_out", "I.D.I.O.T"),
        ("فلسطين", "عن ڡلسطٮں اليوم", "dotless", "ڡلسطٮں"),
        ("كلب", "يا كلٮ", "dotless", "كلٮ"),
        ("كلب", "والكلٮهم", "dotless", "كلٮ"),
        ("كلب", "يا kلب", "lookalikes", "kلب"),
        ("كلب", "والkلب", "lookalikes", "kلب"),
        ("idiot", "you \u0456diot", "lookalikes", "\u0456diot"),
        ("idiot", "you idi\u03bft", "lookalikes", "idi\u03bft"),
        ("idiot", "you 1d10t", "lookalikes", "1d10t"),
        ("idiot", "يا الidiot", "mixed_scripts", "idiot"),
        ("كلب", "يا كللب", "doubled_letters", "كللب"),
        ("كلب", "يا كلبب", "doubled_letters", "كلبب"),
        ("مخدرات", "اشتر\u200cمخدرات\u200cالآن", "glued", "مخدرات\u200c"),
        ("مخدرات", "اشترـمخدراتـالآن", "glued", "مخدراتـ"),
        ("مخدرات", "اشتر\u0621مخدرات", "glued", "مخدرات"),
        ("casino", "buy\u200ccasino\u200cnow", "glued", "casino\u200c"),
        ("بيع مخدرات", "هنا بيع\u200cمخدرات", "glued", "بيع\u200cمخدرات"),
    ],
)
def test_a_disguised_word_is_found_where_it_was_typed(phrase: str, typed: str, rule: str, marked: str) -> None:
    assert (rule, marked) in found(phrase, typed)


@pytest.mark.parametrize(
    ("phrase", "typed"),
    [
        ("كلب", "سلام عليكم"),
        ("كلب", "كل بيت له باب"),
        ("ولد", "هو و لد ثم س"),
        ("كلب", "يا كلب"),
        ("as", "he was a s and a b"),
        ("god", "a good day"),
        ("ass", "as a sign"),
        ("مثل", "ممثل"),
        ("أحمد", "a b c d"),
        ("covid", "covid19"),
        ("сон", "сон"),
        ("cop", "сор"),
        ("سو", "مساءلة السوءات"),
        ("كلب", "قراءة شيء ومواءمة كلـبش"),
    ],
)
def test_what_honest_people_write_is_no_disguise(phrase: str, typed: str) -> None:
    assert found(phrase, typed) == set()


def test_urdu_writes_a_letter_without_dot_that_arabic_does_not() -> None:
    assert found("من", "مں", "ar") == {("dotless", "مں")}
    assert found("من", "مں", "ur") == set()


def test_persian_parts_the_pieces_of_a_word_with_a_non_joiner() -> None:
    assert found("رود", "می\u200cرود", "fa") == set()


def test_without_a_letter_that_nobody_writes_dots_are_not_looked_at() -> None:
    assert found("بيت", "بنت") == set()


def test_a_skeleton_is_as_long_as_its_word_and_leaves_words_of_one_script() -> None:
    assert skeleton("\u0456diot") == "idiot"
    assert skeleton("kلب") == "كلب"
    for word in ("مرحبا", "hello", "сон", "λόγος", "日本語です"):
        assert skeleton(word) == word
        assert not is_mixed(word)


def test_a_text_parted_at_every_letter_is_read_in_a_time_that_grows_with_its_length() -> None:
    patterns = [Pattern("قلم")]
    disguises = Disguises(Matcher(patterns), patterns, "ar")

    def find(typed: str) -> object:
        text = folded(typed, "ar")
        return [*disguises.find(text.text, text.parted)]

    assert growth(find, lambda n: "كلب\u200c" * n, 1_500) < 3
    assert growth(find, lambda n: "ك" + "ـ" * n + "لب", 5_000) < 3


@pytest.mark.parametrize("part", ["aبab", "ك ل ب ", "بب", "كلبaك", "كلٮ", "aф"])
def test_time_grows_with_the_length(part: str) -> None:
    patterns = [Pattern(phrase) for phrase in ("كلب", "ab", "بب", "aab")]
    disguises = Disguises(Matcher(patterns), patterns, "ar")
    assert growth(lambda text: [*disguises.find(text)], lambda n: part * (n // len(part)), 10_000) < 3
