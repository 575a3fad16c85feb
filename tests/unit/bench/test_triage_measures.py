"""How well scores tell apart, the folds, and the disguise."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from service.bench.triage.disguise import disguise
from service.bench.triage.folds import folds_of
from service.bench.triage.labelled import Labelled
from service.bench.triage.stream import replay, shuffled
from service.bench.triage.telling_apart import auc, found_first
from service.learning.learner import Stage
from service.text.fold import fold
from tests.triage_sample import COMMENTS

SAMPLE = [Labelled(text, bad) for text, bad in COMMENTS[:300]]


def pairwise_auc(scores: list[float], bad: list[bool]) -> float:
    """As it is defined: over all pairs."""
    pairs = [
        (scores[a] > scores[b]) + 0.5 * (scores[a] == scores[b])
        for a, b in product(range(len(scores)), repeat=2)
        if bad[a] and not bad[b]
    ]
    return sum(pairs) / len(pairs)


@pytest.mark.parametrize("seed", range(10))
def test_auc_is_how_often_a_bad_one_scores_above_a_fine_one(seed: int) -> None:
    random = Random(seed)
    bad = [True, False, *(random.random() < 0.3 for _ in range(60))]
    scores = [float(random.randrange(12)) for _ in bad]
    assert auc(scores, bad) == pytest.approx(pairwise_auc(scores, bad))


def test_auc_of_one_kind_is_nothing() -> None:
    assert auc([1.0, 2.0], [True, True]) is None
    assert auc([], []) is None


def test_the_first_third_of_the_queue() -> None:
    assert found_first([9, 8, 7, 1, 2, 3], [True, False, False, True, False, False], 1 / 3) == 0.5
    assert found_first([1.0], [False], 1.0) is None


def test_each_comment_is_asked_once_and_never_among_those_it_is_asked_of() -> None:
    asked: list[Labelled] = []
    numbered = [Labelled(f"{n} {c.text}", c.bad) for n, c in enumerate(SAMPLE)]
    for known, part in folds_of(numbered, 5, 1):
        assert not set(known) & set(part)
        assert set(known) | set(part) == set(numbered)
        assert abs(sum(c.bad for c in part) - len(part) / 2) <= 1
        asked += part
    assert sorted(asked, key=lambda c: c.text) == sorted(numbered, key=lambda c: c.text)


def test_a_seed_makes_an_order() -> None:
    assert shuffled(SAMPLE, 1) == shuffled(SAMPLE, 1) != shuffled(SAMPLE, 2)


def test_a_disguise_is_not_the_text_but_folds_like_it() -> None:
    text = "يا له من كلب حقير"
    assert disguise(text, 1) == disguise(text, 1) != disguise(text, 2)
    assert text not in disguise(text, 1)
    assert fold(disguise(text, 1), "ar") == fold(text, "ar")


def test_a_stream_scores_each_comment_before_its_label_is_told() -> None:
    """Told the other way round, all but the first few labels would be seen through."""
    seen = replay(SAMPLE, "ar", 1)
    assert [one.after for one in seen] == list(range(300))
    assert seen[0].score == 0
    assert seen[0].stage is Stage.SILENT
    assert seen[-1].stage is Stage.SPEAKS
    other = [Labelled(c.text, not c.bad) for c in SAMPLE]
    assert [one.score for one in replay(other, "ar", 1)][:2] == [seen[0].score, -seen[1].score]
