"""Language and direction, guessed from the script."""

from __future__ import annotations

import pytest

from service.text.language import reading_direction, text_language


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("تحليل متوازن", "rtl"),
        ("@User.IDX تعليق بالعربية على الخبر كله", "rtl"),
        ("https://example.org/a-very-long-address-in-latin-letters قرأت هذا", "rtl"),
        ("BBC قالت إن السد امتلأ", "rtl"),
        ("A balanced analysis, شكرا", "ltr"),
        ("שלום", "rtl"),
        ("123 👍", "auto"),
    ],
)
def test_the_direction_is_that_of_most_of_the_text(text: str, expected: str) -> None:
    assert reading_direction(text) == expected


@pytest.mark.parametrize(
    ("text", "site", "expected"),
    [
        ("تعليق", "ar", "ar"),
        ("تعليق", "en", "ar"),
        ("comment", "en", "en"),
        ("comment", "ar", None),
        ("תגובה", "ar", "he"),
        ("123", "ar", None),
    ],
)
def test_a_language_is_named_only_when_the_script_tells(text: str, site: str, expected: str | None) -> None:
    assert text_language(text, site) == expected
