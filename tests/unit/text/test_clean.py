from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from timing import growth

from service.text.clean import LIMIT_MARKS, clean_body, clean_line, has_surrogate, length
from service.text.fold import fold
from service.text.urls import canonical_url

#: Letters, marks, joiners, spaces and controls close together, where normal text has them rarely.
AWKWARD = st.text(
    alphabet="aeك ي\u0301\u0316\u0345\u064b\u0651\u20dd\ufe0f\u200c\u200d\u200b\u202e"
    " \t\n\r\u0085\u00a0\u2028\u3000\ufdd0\uffff\ud800\x00\x1b"
    "\u1100\u1161\u11a8\u302e\u09c7\u09be\U0001f468\U000e0067\u00ad\u3164"
)
TEXT = st.one_of(AWKWARD, st.text(alphabet=st.characters(exclude_categories=[])))


@given(TEXT)
def test_cleaning_a_body_twice_changes_nothing(text: str) -> None:
    assert clean_body(clean_body(text)) == clean_body(text)


@given(TEXT)
def test_cleaning_a_line_twice_changes_nothing(text: str) -> None:
    assert clean_line(clean_line(text)) == clean_line(text)


@given(TEXT)
def test_clean_text_holds_nothing_that_breaks_storage_or_pages(text: str) -> None:
    body, line = clean_body(text), clean_line(text)
    for char in body + line:
        assert unicodedata.category(char) not in ("Cc", "Cs") or char in "\n\t"
        assert not 0xFDD0 <= ord(char) <= 0xFDEF
        assert ord(char) & 0xFFFE != 0xFFFE
    assert "\n" not in line
    assert "\t" not in line
    for clean in (body, line):
        assert unicodedata.is_normalized("NFC", clean)
        assert clean == clean.strip()
        clean.encode()


@pytest.mark.parametrize("raw", ["a\r\nb", "a\rb", "a\nb", "a\u2028b", "a\u2029b"])
def test_every_line_end_becomes_lf(raw: str) -> None:
    assert clean_body(raw) == "a\nb"


def test_controls_go_and_tabs_and_newlines_stay() -> None:
    assert clean_body("a\x00\x07\x1b[31m\tb\n\nc\x7f\x85\x9f") == "a[31m\tb\n\nc"


def test_noncharacters_and_half_surrogates_go() -> None:
    assert clean_body("a\ufdd0\ufdef\ufffe\uffff\U0010ffff\ud800b") == "ab"


def test_text_comes_out_in_nfc_even_across_a_removed_control() -> None:
    assert clean_body("e\u0301") == "é"
    assert clean_body("e\x00\u0301") == "é"


def test_outer_blank_lines_go_and_inner_ones_stay() -> None:
    assert clean_body(" \n\n\ta\n\n  b \n\u00a0\n") == "a\n\n  b"


def test_bidi_controls_stay_in_a_body_and_leave_a_name() -> None:
    raw = "ab\u202ecd\u2066e\u2069\u200f\u061c"
    assert clean_body(raw) == raw
    assert clean_line(raw) == "abcde"


def test_marks_are_capped_at_four_and_the_first_four_are_kept() -> None:
    zalgo = "z" + "\u0335\u0336\u0337\u0338\u0334" * 40 + "x"
    assert clean_body(zalgo) == "z\u0335\u0336\u0337\u0338x"


def test_invisible_characters_between_marks_do_not_restart_the_count() -> None:
    marks = [c for c in clean_body("z" + "\u0335\u200d" * 40) if unicodedata.category(c) == "Mn"]
    assert len(marks) == LIMIT_MARKS


@pytest.mark.parametrize("text", ["مُحَمَّدٌ رَسُولُ ٱللَّٰهِ", "בְּרֵאשִׁ֖ית בָּרָ֣א", "हिन्दी में टिप्पणी", "Việt ế", "👩‍❤️‍💋‍👨 1️⃣ 🏴󠁧󠁢󠁥󠁮󠁧󠁿"])
def test_real_writing_passes_unchanged(text: str) -> None:
    nfc = unicodedata.normalize("NFC", text)
    assert clean_body(text) == nfc


@pytest.mark.parametrize("name", ["زهرا می‌رود", "क्‍ष", "👨‍👩‍👧", "O’Brien-Łukasz", "محمد الطيّب", "שרה", "李小龍"])
def test_real_names_pass_unchanged(name: str) -> None:
    assert clean_line(name) == unicodedata.normalize("NFC", name)


def test_a_line_has_single_spaces_only() -> None:
    assert clean_line("  a \n\t b\u3000\u00a0c\r\n") == "a b c"


@pytest.mark.parametrize(
    "hidden", list("\u00ad\u061c\u180e\u200b\u200e\u200f\u202a\u202e\u2060\u2064\u2066\u2069\ufeff\U000e0041")
)
def test_hidden_characters_leave_a_name(hidden: str) -> None:
    assert clean_line(f"Ad{hidden}min") == "Admin"


def test_joiners_stay_only_between_visible_characters() -> None:
    assert clean_line("\u200da\u200c b\u200d\u200d\u200dc \u200c d\u200c") == "a b\u200dc d"


@pytest.mark.parametrize(
    "raw", ["", " \n", "\u200b", "\u200d\u200c", "\u0301\u0301", "\u3164", "\u115f\u2800", "\ufeff \xa0"]
)
def test_what_nobody_can_see_is_empty(raw: str) -> None:
    assert clean_line(raw) == ""
    assert clean_body(raw) == ""


@pytest.mark.parametrize("raw", ["1", "!", "😀", "+"])
def test_one_digit_or_sign_is_enough_to_be_seen(raw: str) -> None:
    assert clean_line(raw) == raw


def test_length_counts_code_points() -> None:
    assert length("a😀ك") == 3


def test_half_surrogates_are_noticed() -> None:
    assert has_surrogate("a\ud83d")
    assert not has_surrogate("a😀")


@pytest.mark.parametrize(
    "unit", ["e\u0301", "\u0301", "\u200d", " \u200d", "\u200d ", "\r\n", "\u202e", "\x00", "a\n \n"]
)
def test_cleaning_takes_linear_time(unit: str) -> None:
    for clean in (clean_body, clean_line):
        assert growth(clean, lambda n: "a" + unit * n + "b", 10_000) < 3.2


@pytest.mark.parametrize("work", [clean_body, clean_line, partial(fold, language="ar"), canonical_url])
@pytest.mark.parametrize("before", ["a", "https://news.example/"])
def test_a_wall_of_accents_costs_no_more_than_its_length(work: Callable[[str], object], before: str) -> None:
    """The library sorts a run of them in square time: 65,000 pairs held every thread up for 26 seconds."""
    assert growth(work, lambda size: before + "\u0301\u0316" * size, 2_000) < 3.2


def test_marks_of_every_kind_count_as_marks() -> None:
    piled = clean_line("a" + "\u0301\u302e" * 200)
    assert sum(unicodedata.combining(c) != 0 for c in piled) <= LIMIT_MARKS
