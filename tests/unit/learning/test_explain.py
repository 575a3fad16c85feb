"""Which words a score comes from, in the text as it was typed."""

from __future__ import annotations

from random import Random

import pytest

from service.bench.triage.disguise import disguise
from service.learning.explain import explain
from service.learning.features import features_of
from service.learning.learner import features_of_comment
from service.learning.model import Model
from service.text.fold import folded
from tests.triage_sample import COMMENTS


@pytest.fixture(scope="module")
def model() -> Model:
    model = Model()
    for number, (text, bad) in enumerate(Random(6).sample(COMMENTS, 300)):
        model.learn(number.to_bytes(16, "big"), features_of_comment(text, "ar"), bad)
    return model


def test_the_strongest_word_is_the_one_that_was_rejected_so_often(model: Model) -> None:
    text = "قال أخي إنك حَقـــير يا صديقي"
    (first, *_) = explain(model, folded(text, "ar"))
    assert text[first.start : first.end] == "حَقـــير"
    assert first.weight > 0


def test_what_was_approved_pulls_the_other_way(model: Model) -> None:
    text = "تحليل عميق"
    assert all(said.weight < 0 for said in explain(model, folded(text, "ar")))


@pytest.mark.parametrize("number", range(0, 60, 7))
def test_every_mark_is_one_word_of_the_original(model: Model, number: int) -> None:
    text = disguise(COMMENTS[number][0], number)
    for said in explain(model, folded(text, "ar")):
        marked = text[said.start : said.end]
        assert marked.strip()
        assert " " not in marked


def test_all_words_together_say_the_score(model: Model) -> None:
    """But for the bias: nothing is told twice and nothing kept back."""
    text = "يا حمار اخرس يا حمار! you stupid idiot"
    whole = explain(model, folded(text, "ar"), most=1_000)
    pulled = sum(sum(block.values()) for block in model.pulls(features_of(folded(text, "ar").text)))
    assert sum(said.weight for said in whole) == pytest.approx(pulled, rel=0.35)
    assert model.score(features_of(folded(text, "ar").text)) == pytest.approx(pulled + model.bias)


def test_a_text_without_words_has_no_marks(model: Model) -> None:
    assert explain(model, folded(" ", "ar")) == []
