"""Letters that stand for others they look like: only where a word mixes scripts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.text.fold import fold
from service.text.one_script import one_script


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("раyраl", "paypal"),
        ("fuсk", "fuck"),
        ("ѕtuрid", "stupid"),
        ("idiοt", "idiot"),
        ("СПAСИБО", "спасибо"),
        ("лyчший", "лучший"),
        ("αθηνa", "αθηνα"),
    ],
)
def test_a_mixed_word_is_latin_if_it_can_be_and_else_what_most_of_it_is(typed: str, meant: str) -> None:
    assert one_script(fold(typed, "en")) == fold(meant, "en")


@pytest.mark.parametrize("word", ["москва", "рост", "ελλαδα", "paypal", "كلب", "שלום", "naïve", "", "h2o"])
def test_a_word_of_one_script_stays_as_it_is(word: str) -> None:
    assert one_script(word) == word


@given(st.text(st.sampled_from("abcxyzабвгдсхηουνπ1ك-"), max_size=12))
def test_no_letter_comes_or_goes_and_twice_is_once(word: str) -> None:
    once = one_script(word)
    assert len(once) == len(word)
    assert one_script(once) == once
