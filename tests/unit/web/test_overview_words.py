"""How the overview says numbers, in both languages of moderators."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.queries.overview.figures import Flow, Share, Tally
from service.queries.queue import COUNT_CAP
from service.web.console import overview_words as words


@pytest.mark.parametrize(
    ("length", "en", "ar"),
    [
        (None, "—", "—"),
        (timedelta(seconds=20), "under 1 min", "أقل من دقيقة"),
        (timedelta(seconds=50), "1 min", "دقيقة واحدة"),
        (timedelta(minutes=2), "2 min", "دقيقتان"),
        (timedelta(minutes=89), "89 min", "89 دقيقة"),
        (timedelta(minutes=91), "2 h", "ساعتان"),
        (timedelta(hours=35), "35 h", "35 ساعة"),
        (timedelta(hours=40), "2 d", "يومان"),
        (timedelta(days=6), "6 d", "6 أيام"),
    ],
)
def test_a_length_of_time_has_one_unit(length: timedelta | None, en: str, ar: str) -> None:
    assert (words.span("en", length), words.span("ar", length)) == (en, ar)


@pytest.mark.parametrize(
    ("minutes", "en", "ar"),
    [
        (0, "Clear in under a minute", "تفرغ القائمة في أقل من دقيقة"),
        (7, "Clear in about 7 minutes", "تفرغ القائمة خلال 7 دقائق تقريباً"),
        (38, "Clear in about 40 minutes", "تفرغ القائمة خلال 40 دقيقة تقريباً"),
        (120, "Clear in about 2 hours", "تفرغ القائمة خلال ساعتين تقريباً"),
        (5 * 24 * 60, "Clear in about 5 days", "تفرغ القائمة خلال 5 أيام تقريباً"),
    ],
)
def test_a_forecast_is_as_round_as_it_is_sure(minutes: int, en: str, ar: str) -> None:
    flow = Flow("clear", minutes, 1, 1, True)
    assert (words.clears("en", flow), words.clears("ar", flow)) == (en, ar)


@pytest.mark.parametrize("state", ["empty", "idle", "steady", "growing"])
def test_every_other_state_has_a_sentence(state: str) -> None:
    said = {words.clears(lang, Flow(state, None, 0, 0, True)) for lang in ("en", "ar")}
    assert len(said) == 2


def test_counts_say_where_they_stop() -> None:
    assert words.capped("en", COUNT_CAP) == f"{COUNT_CAP:,}"
    assert words.capped("en", COUNT_CAP + 1) == f"{COUNT_CAP:,}+"
    assert [words.tally("en", t) for t in (Tally(None), Tally(0), Tally(1_200, True))] == ["not counted", "0", "1,200+"]
    assert words.counted("en", Flow("idle", None, 3, 0, False)) == "3+ in, 0+ decided"


def test_a_rate_is_of_what_is_decided() -> None:
    assert words.rate("en", Share(10, 1, 2)) == "33%"
    assert words.rate("ar", Share(10, 0, 0)) == "—"
    assert Share(10, 1, 2).other == 7
