"""What has a part in how urgent a comment is."""

from __future__ import annotations

from service.domain.urgency import CALM, FINDINGS, REPORT, rank, rank_of


def test_what_objects_to_nothing_does_not_hurry() -> None:
    assert rank_of([("duplicate_text", False), ("likely_fine", False)]) == CALM
    assert rank_of([("duplicate_text", True)]) == CALM - FINDINGS["duplicate_text"]


def test_what_the_model_holds_against_it_hurries_though_it_objects_to_nothing() -> None:
    assert rank_of([("likely_bad", False)]) == CALM - 100
    assert rank_of([("leans_bad", False)]) == CALM - 50


def test_reports_weigh_more_than_what_is_suspected() -> None:
    assert rank_of([("word_rule", True)], 2) == rank(["word_rule"], 2) == CALM - 100 - 2 * REPORT


def test_nothing_is_more_urgent_than_zero() -> None:
    assert rank_of([(code, True) for code in FINDINGS], 10) == 0
