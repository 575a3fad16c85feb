from __future__ import annotations

import pytest

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
