"""A date with its time of day, as each language writes it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from babel import localedata

from service.i18n import (
    LANGUAGES,
    STAFF_LANGUAGES,
    direction,
    format_hour,
    format_moment,
    format_number,
    format_share,
    format_span,
    format_weekday,
)

FIRST = datetime(2026, 11, 1, 9, 5, tzinfo=UTC)
SAID = {
    "ar": "1 نوفمبر 2026، 09:05 UTC",
    "en": "1 November 2026, 09:05 UTC",
    "fr": "1er novembre 2026, 09:05 UTC",
    "fa": "۱ نوامبر ۲۰۲۶، ۰۹:۰۵ UTC",
    "ur": "1 نومبر 2026، 09:05 UTC",
    "he": "1 בנובמבר 2026, 09:05 UTC",
    "es": "1 de noviembre de 2026, 09:05 UTC",
    "de": "1. November 2026, 09:05 UTC",
    "tr": "1 Kasım 2026, 09:05 UTC",
    "id": "1 November 2026, 09.05 UTC",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_its_own_way(language: str) -> None:
    assert format_moment(language, FIRST) == SAID[language]


def test_only_the_first_of_a_french_month_is_an_ordinal() -> None:
    assert format_moment("fr", FIRST + timedelta(days=10)) == "11 novembre 2026, 09:05 UTC"


@pytest.mark.parametrize("language", LANGUAGES)
def test_day_and_hour_are_those_of_utc_wherever_the_moment_comes_from(language: str) -> None:
    before_midnight = FIRST.astimezone(timezone(timedelta(hours=-10)))
    assert before_midnight.day != FIRST.day
    assert format_moment(language, before_midnight) == SAID[language]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("1,234.5", "12", "14:00", "Wed 25")),
        ("ar", ("1,234.5", "12", "14:00", "الأربعاء 25")),
        ("fa", ("۱٬۲۳۴٫۵", "۱۲", "۱۴:۰۰", "چهارشنبه ۲۵")),
    ],
)
def test_numbers_and_short_times_have_the_languages_digits(language: str, said: tuple[str, ...]) -> None:
    moment = datetime(2026, 11, 25, 17, 0, tzinfo=timezone(timedelta(hours=3)))
    numbers = (format_number(language, 1_234.5), format_number(language, 12))
    assert (*numbers, format_hour(language, moment), format_weekday(language, moment)) == said


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
def test_a_share_is_whole_percent(language: str) -> None:
    assert [format_share(language, share) for share in (0, 0.004, 0.256, 1)] == ["0%", "0%", "26%", "100%"]


@pytest.mark.parametrize(
    ("language", "seconds", "said"),
    [
        ("en", 0, "0 seconds"),
        ("en", 1, "1 second"),
        ("en", 3_661, "1 hour, 1 minute and 1 second"),
        ("en", 172_801, "48 hours and 1 second"),
        ("ar", 2, "ثانيتان"),
        ("ar", 3_632, "ساعة و32 ثانية"),
        ("ar", 86_401, "24 ساعة وثانية"),
        ("fa", 3_632, "۱ ساعت و ۳۲ ثانیه"),
    ],
)
def test_a_span_is_told_in_words_and_exactly(language: str, seconds: int, said: str) -> None:
    assert format_span(language, seconds) == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_read_of_a_language_is_not_remembered(language: str) -> None:
    """Each process would hold ten times as much."""
    direction(language)
    assert len(repr(localedata.load(language))) < 30_000
