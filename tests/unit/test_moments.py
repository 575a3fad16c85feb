"""A date with its time of day, as each language writes it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from service.i18n import LANGUAGES, format_moment

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
