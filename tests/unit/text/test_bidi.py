from __future__ import annotations

import pytest
from timing import growth

from service.text.bidi import dominant_script, hidden_spans, text_direction


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("مرحبا world", "rtl"),
        ("שלום", "rtl"),
        ("hello مرحبا", "ltr"),
        ("12 «» ... مرحبا", "rtl"),
        ("123 !?", "auto"),
        ("", "auto"),
        ("😀", "auto"),
        ("\u2067مرحبا\u2069 hello", "ltr"),
        ("\u2068a\u2066b\u2069c\u2069 مرحبا", "rtl"),
        ("\u2067hello\nمرحبا", "rtl"),
        ("\u2069 مرحبا", "rtl"),
        ("\u200f123", "rtl"),
        ("\u202ahello", "ltr"),
    ],
)
def test_the_first_strong_character_outside_isolates_decides(text: str, expected: str) -> None:
    assert text_direction(text) == expected


def test_overrides_isolates_and_invisible_characters_are_found_as_spans() -> None:
    assert hidden_spans("a\u202eb\u2066\u2069c\u200bd\ufeff") == [(1, 2), (3, 5), (6, 7), (8, 9)]


@pytest.mark.parametrize("text", ["می‌رود", "\u200e\u200f\u061cمرحبا", "👨‍👩‍👧", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", ""])
def test_joiners_marks_and_flags_hide_nothing(text: str) -> None:
    assert hidden_spans(text) == []


@pytest.mark.parametrize(
    "blank",
    [*"\u2800\u3164\uffa0\u115f\u1160\u034f\u17b4\u17b5", "\u2800" * 3, "\u115f\u1160"],
)
def test_letters_that_draw_nothing_hide_what_they_part(blank: str) -> None:
    assert hidden_spans(f"buy{blank}casino") == [(3, 3 + len(blank))]
    assert hidden_spans(f"اشتر {blank}\u200bكلبا") == [(5, 6 + len(blank))]


@pytest.mark.parametrize(
    "text",
    [
        "안녕하세요 여러분",
        "\u1112\u1161\u11ab\u1100\u1173\u11af",
        # An old syllable without its first consonant, and one without vowel.
        "\u115f\u1161\u11ab",
        "\u1100\u1160 \u1112\u1160\u11ab",
        "សួស្តីអ្នកទាំងអស់គ្នា",
        "\u1780\u17b4",
        "\u2813\u2811\u2807\u2800\u2813\u2811",
        "\u2800\u2800\u28e0\u28e4\u2800\n\u2800\u28ff",
    ],
)
def test_korean_khmer_and_braille_hide_nothing(text: str) -> None:
    assert hidden_spans(text) == []


@pytest.mark.parametrize("part", ["\u2800", "\u2800\u2801", "\u1160", "\u115f\u1160", "\u200b\u2800", "\u200b"])
def test_time_grows_with_the_length(part: str) -> None:
    assert growth(hidden_spans, lambda n: part * n, 10_000) < 3
    assert growth(hidden_spans, lambda n: part * n + "\u2801", 10_000) < 3


def test_tags_outside_a_flag_hide_text() -> None:
    assert hidden_spans("a\U000e0068\U000e0069b") == [(1, 3)]
    assert hidden_spans("🏴\U000e0068") == [(1, 2)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("تعليق على Google", "Arab"),
        ("a long english text مع كلمة", "Latn"),
        ("שלום", "Hebr"),
        ("Привет", "Cyrl"),
        ("Γειά", "Grek"),
        ("नमस्ते", "Deva"),
        ("你好", "Hani"),
        ("ﷲ ﻣﺮﺣﺒﺎ", "Arab"),
        ("انظر https://www.example.com/a/very/long/address", "Arab"),
        ("12 + ×÷ 😀 ٣", None),
        ("", None),
    ],
)
def test_the_script_of_most_letters_wins(text: str, expected: str | None) -> None:
    assert dominant_script(text) == expected
