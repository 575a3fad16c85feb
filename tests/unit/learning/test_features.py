"""What the model looks at: the same numbers on every machine, and the same for a text in disguise."""

from __future__ import annotations

import pytest

from service.bench.triage.disguise import disguise
from service.learning.features import BUCKETS, features_of, piece_places, pieces_of
from service.learning.learner import features_of_comment

NUMBERS = [
    [147403, 99326, 232869],
    [196775, 344682, 67917, 497706, 77601, 319135, 293717, 480427, 10196, 462603],
    [516211],
]


def test_the_numbers_are_those_of_every_other_machine() -> None:
    """Python's own hash differs from run to run; a stored model would mean something else after each start."""
    assert [list(block) for block in features_of("كلب ab", ["links:2"]).blocks] == NUMBERS


def test_every_feature_is_there_once_and_in_range() -> None:
    for block in features_of("نعم نعم نعم نعم هاها نعم نعم", ["a", "a"]).blocks:
        assert len(set(block)) == len(block)
        assert all(number < BUCKETS for number in block)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "text", ["أنت كلب حقير ولا تفهم شيئا", "You are a pathetic excuse, shut up", "Отличная статья, спасибо"]
)
def test_a_disguise_changes_nothing(text: str, seed: int) -> None:
    assert disguise(text, seed) != text
    assert features_of_comment(disguise(text, seed), "ar").blocks[:2] == features_of_comment(text, "ar").blocks[:2]


def test_a_word_is_not_mixed_up_with_a_piece_or_a_name() -> None:
    words, pieces, names = features_of("ab", ["ab"]).blocks
    assert not set(words) & set(pieces)
    assert set(names) != set(words)


@pytest.mark.parametrize("word", ["a", "ab", "abc", "abcdefg", "x" * 90])
def test_each_piece_has_its_place(word: str) -> None:
    places = list(piece_places(len(word)))
    assert len(places) == len(pieces_of(word))
    assert all(0 <= start < end <= len(word) for start, end in places)
