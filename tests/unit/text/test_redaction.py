"""Words taken out of a text."""

from __future__ import annotations

import unicodedata

import pytest

from service.text.bidi import dominant_script, hidden_spans, text_direction
from service.text.redaction import MARK, redact, says_something
from service.text.words import words


@pytest.mark.parametrize(
    ("text", "gone", "left", "places"),
    [
        ("هاتفه 0501234567 فاتصلوا", "0501234567", f"هاتفه {MARK} فاتصلوا", 1),
        ("ab AB ab", "ab", f"{MARK} AB {MARK}", 2),
        ("aaa", "aa", f"{MARK}a", 1),
        ("قال شاعرٌ كلاما", "شاعر", f"قال {MARK} كلاما", 1),
        ("a.c abc", "a.c", f"{MARK} abc", 1),
        ("one\ntwo\nthree", "two\nthree", f"one\n{MARK}", 1),
        ("nothing here", "none", "nothing here", 0),
        ("no \\1 \\g<0>", "\\1", f"no {MARK} \\g<0>", 1),
    ],
)
def test_exactly_these_words_go_wherever_they_stand(text: str, gone: str, left: str, places: int) -> None:
    assert redact(text, gone) == (left, places)


def test_the_mark_is_no_word_turns_no_line_and_hides_nothing() -> None:
    assert list(words(MARK, "ar")) == []
    assert (text_direction(MARK), dominant_script(MARK), hidden_spans(MARK)) == ("auto", None, [])
    assert unicodedata.normalize("NFKC", "x" + MARK) != "", "no control character"
    assert unicodedata.normalize("NFC", MARK) == MARK


@pytest.mark.parametrize("text", [MARK, f"{MARK} {MARK}!", "", " \n", f"« {MARK} »، ."])
def test_marks_and_points_say_nothing(text: str) -> None:
    assert not says_something(text)


@pytest.mark.parametrize("text", [f"{MARK} لا", "7", "👍"])
def test_a_letter_a_digit_and_a_picture_say_something(text: str) -> None:
    assert says_something(text)
