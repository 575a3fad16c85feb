"""The words a comment is found by."""

from __future__ import annotations

import pytest

from service.text.words import MAX_LENGTH, indexed, wanted, words


def test_words_are_letters_and_digits_folded_in_their_order() -> None:
    assert list(words("قالَ: «الوزيرُ» — 12٫5 مليون، no-one!", "ar")) == [
        "قال", "الوزير", "12", "5", "مليون", "no", "one",
    ]  # fmt: skip


def test_a_run_without_end_is_cut() -> None:
    assert [len(word) for word in words("ab" * 100, "ar")] == [MAX_LENGTH]


@pytest.mark.parametrize(
    ("text", "found_by"),
    [
        ("الكلب", {"الكلب", "كلب"}),
        ("والكلب", {"والكلب", "كلب"}),
        ("بالكلب", {"بالكلب", "كلب"}),
        ("للكلب", {"للكلب", "كلب"}),
        ("وكلب", {"وكلب", "كلب"}),
        ("الله", {"الله"}),
        ("ولد", {"ولد"}),
        ("وزير", {"وزير", "زير"}),
        ("allow", {"allow"}),
    ],
)
def test_an_arabic_word_is_found_without_what_stands_in_front_of_it(text: str, found_by: set[str]) -> None:
    assert set(indexed(text, "ar").split()) == found_by


@pytest.mark.parametrize(("typed", "looked_for"), [("الكلب", "كلب"), ("وزير", "وزير"), ("كلب", "كلب"), ("the", "the")])
def test_the_article_is_not_looked_for(typed: str, looked_for: str) -> None:
    assert wanted(typed) == looked_for
