"""Which words a phrase finds, and which it leaves alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from timing import growth

from service.text.fold import fold, folded
from service.text.phrases import Matcher, Mode, Pattern, forms, is_usable

CORPUS = os.environ.get("CORPUS")
ZWNJ, ZWJ, RLM, FATHA = "\u200c", "\u200d", "\u200f", "\u064e"


def pattern(phrase: str, mode: Mode = Mode.CLITICS, *exceptions: str) -> Pattern:
    return Pattern(fold(phrase, "ar"), mode, tuple(fold(e, "ar") for e in exceptions))


def marked(text: str, *patterns: Pattern) -> list[str]:
    """What is marked of the text as typed."""
    found = folded(text, "ar")
    places = [found.source(hit.start, hit.end) for hit in Matcher(patterns).hits(found.text)]
    return [text[start:end] for start, end in places]


#: The spellings a word list has to survive: those that one misses which compares what was typed.
SPELLINGS = [
    ("كلب", "كلب"),
    ("كلب", "كَلْبٌ"),
    ("كلب", f"ك{FATHA}لب"),
    ("كلب", "كـلـب"),
    ("كلب", "الكلب"),
    ("كلب", "والكلب"),
    ("كلب", "كلبهم"),
    ("كلب", "وبالكلب"),
    ("كلب", "للكلب"),
    ("كلب", "كلبٌ،"),
    ("أحمق", "احمق"),
    ("أحمق", "إحمق"),
    ("أحمق", "آحمق"),
    ("أحمق", "ا\u0654حمق"),
    ("احمق", "الأحمق"),
    ("كلب", "کلب"),
    ("كلب", f"ك{ZWNJ}لب"),
    ("كلب", f"ك{ZWJ}ل{ZWJ}ب"),
    ("كلب", f"{RLM}كل{RLM}ب"),
    ("كلب", "ﻛﻠﺐ"),
    ("كلب", "كلببببب"),
    ("كلب", "كلبين"),
    ("idiot", "IDIOT"),
    ("idiot", "𝖎𝖉𝖎𝖔𝖙"),
    ("idiot", "ídiot!"),
    ("idiot", "idiooooot"),
    ("حمارة", "حمارتهم"),
    ("حمارة", "الحمارات"),
    ("يا كلب", "يا  كَلب"),
]
#: What a list of whole words or of pieces of words takes for one of its own.
INNOCENT = [
    ("كلب", "كلبشة"),
    ("كلب", "كلبَشات"),
    ("كلب", "مكلب"),
    ("كلب", "سلام عليكم"),
    ("دم", "دمشق"),
    ("دم", f"دم{FATHA}شق"),
    ("دم", "قدم"),
    ("سم", "سماء"),
    ("سم", f"سم{FATHA}اء"),
    ("سم", "باسم"),
    ("سم", "وسم"),
    ("سم", "اسم"),
    ("حب", "حبل"),
    ("حب", f"حب{FATHA}ل"),
    ("حب", "صاحب"),
    ("سكس", "سكسونيا"),
    ("cialis", "specialist"),
    ("cialis", "socialist"),
    ("ass", "class assembly"),
    ("idiot", "idiotic"),
]


@pytest.mark.parametrize(("phrase", "typed"), SPELLINGS)
def test_every_spelling_of_a_listed_word_is_found_and_its_place_is_one_in_the_text_as_typed(
    phrase: str, typed: str
) -> None:
    text = f"قال {typed} ثم مضى"
    (found,) = marked(text, *(Pattern(form) for form in forms(phrase, "ar")))
    assert found in typed


@pytest.mark.parametrize(("phrase", "typed"), INNOCENT)
def test_words_that_only_hold_the_same_letters_are_left_alone(phrase: str, typed: str) -> None:
    assert marked(f"قال {typed} ثم مضى", pattern(phrase)) == []


def test_a_word_alone_is_neither_a_part_of_one_nor_one_with_something_written_to_it() -> None:
    assert marked("كلب الكلب كلبهم", pattern("كلب", Mode.WORD)) == ["كلب"]


def test_anywhere_is_inside_of_words_too() -> None:
    assert marked("specialist مكلبش", pattern("cialis", Mode.ANYWHERE), pattern("كلب", Mode.ANYWHERE)) == [
        "cialis",
        "كلب",
    ]


def test_a_phrase_that_begins_again_inside_of_itself_is_found_at_each_place() -> None:
    found = Matcher([pattern("ababa", Mode.ANYWHERE)]).hits("abababa")
    assert [(hit.start, hit.end) for hit in found] == [(0, 5), (2, 7)]


def test_a_phrase_with_signs_at_its_ends_needs_no_end_of_a_word_there() -> None:
    assert marked("see spam.com/x and xspam.com", pattern(".com/", Mode.WORD)) == [".com/"]
    assert marked("see spam.com/x and xspam.com", pattern("spam.com", Mode.WORD)) == ["spam.com"]


def test_what_lies_inside_of_an_exception_is_no_hit() -> None:
    rule = pattern("كلب", Mode.CLITICS, "كلب البحر")
    assert marked("رأيت كلبَ البحر ثم قال يا كلب", rule) == ["كلب"]
    assert marked("رأيت كلب البحر", rule) == []


@pytest.mark.parametrize("text", ["", "ء", "\u200f"])
def test_a_phrase_that_folds_to_nothing_is_never_found(text: str) -> None:
    assert marked("كل شيء ء", pattern(text)) == []


def test_a_sign_or_a_letter_alone_is_no_phrase() -> None:
    assert not any(is_usable(fold(text, "ar")) for text in ("", "!", ", ,", "a.", "ء", "و", "اا" * 2))
    assert all(is_usable(fold(text, "ar")) for text in ("سم", "ok", "18", "دم!"))


@given(
    st.lists(st.text("ابكلa -_1", min_size=1, max_size=7), max_size=12),
    st.text("ابكلa -_1", max_size=80),
    st.sampled_from(Mode),
)
def test_the_index_finds_what_looking_for_each_phrase_finds(phrases: list[str], typed: str, mode: Mode) -> None:
    text = fold(typed, "ar")
    patterns = [pattern(phrase, mode) for phrase in phrases]
    alone = sorted(
        (hit.start, hit.end, number) for number, p in enumerate(patterns) for hit in Matcher([p]).hits(text)
    )
    together = [(hit.start, hit.end, hit.number) for hit in Matcher(patterns).hits(text)]
    assert together == alone
    if mode is Mode.ANYWHERE:
        for number, p in enumerate(patterns):
            places = [at for at in range(len(text)) if p.text and text.startswith(p.text, at)]
            assert [start for start, _, n in together if n == number] == places


@pytest.mark.parametrize("mode", [Mode.WORD, Mode.CLITICS])
@pytest.mark.parametrize("part", ["كلب", "اب", "casino", "وكلب"])
def test_in_one_word_as_long_as_the_text_time_grows_with_the_length(part: str, mode: Mode) -> None:
    matcher = Matcher([pattern(phrase, mode) for phrase in ("كلب", "اب", "casino sino", "casino")])
    assert growth(lambda text: [*matcher.hits(text)], lambda n: part * (n // len(part)), 10_000) < 3


def test_a_letter_more_than_is_looked_at_beside_a_phrase_makes_it_no_word_of_its_own() -> None:
    assert marked("ا" + "بت" * 10 + "كلب", pattern("كلب")) == []
    assert marked("كلب" + "بت" * 10, pattern("كلب")) == []


@pytest.mark.skipif(CORPUS is None, reason="CORPUS is not set to a folder of text collections")
@pytest.mark.parametrize("mode", Mode)
def test_each_phrase_of_a_long_list_finds_itself(mode: Mode) -> None:
    lines = (Path(CORPUS or ".") / "spam/comment-blocklist.txt").read_text("utf-8").splitlines()
    patterns = [pattern(line, mode) for line in lines]
    matcher = Matcher(patterns)
    for number in range(0, len(patterns), 23):
        text = patterns[number].text
        if text:
            assert number in {hit.number for hit in matcher.hits(f"و {text} و")}, text
