"""The model: what decisions teach it, and that it is the same however it came about."""

from __future__ import annotations

from random import Random

import pytest

from service.learning import model as learning_model
from service.learning.features import BUCKETS, Features
from service.learning.learner import features_of_comment
from service.learning.model import Model
from tests.triage_sample import COMMENTS, FINE, RUDE

SAMPLE = [(features_of_comment(text, "ar"), bad) for text, bad in Random(3).sample(COMMENTS, 150)]
#: A weight is of single precision.
ROUNDING = 1e-4


def key(number: int) -> bytes:
    return number.to_bytes(16, "big")


def taught(count: int = len(SAMPLE)) -> Model:
    model = Model()
    for number, (features, bad) in enumerate(SAMPLE[:count]):
        model.learn(key(number), features, bad)
    return model


def of(text: str) -> Features:
    return features_of_comment(text, "ar")


def test_an_empty_model_has_no_opinion() -> None:
    assert Model().score(of("أي شيء")) == 0


def test_it_tells_apart_what_it_was_taught_and_what_is_like_it() -> None:
    model = taught()
    fine = [model.score(of(f"{text} حقا")) for text in FINE]
    rude = [model.score(of(f"{text} حقا")) for text in RUDE]
    assert max(fine) < min(rude)


def test_the_same_decisions_give_the_same_model_to_the_bit() -> None:
    one, other = taught(), taught()
    assert one.weights == other.weights
    assert one.seen == other.seen
    assert one.bias == other.bias


@pytest.mark.parametrize("last", ["weights", "seen"])
def test_taking_the_only_decision_back_leaves_an_empty_model(last: str) -> None:
    model = taught(1)
    assert any(getattr(model, last))
    assert model.unlearn(key(0))
    assert not any(getattr(model, last))
    assert (model.bias, model.decisions, model.room) == (0, 0, 0)


def test_a_decision_that_is_taken_back_leaves_nothing_of_its_own_behind() -> None:
    """Words that only it had weigh nothing afterwards, and count as never seen."""
    model = taught(80)
    odd = of("كسكروت زعفران فقمة")
    model.learn(key(1000), odd, True)
    words = [number for number in odd.blocks[0] if model.seen[number] == 1]
    assert words
    assert any(model.weights[number] for number in words)
    model.unlearn(key(1000))
    assert all(abs(model.weights[number]) < ROUNDING and not model.seen[number] for number in words)


def test_what_remembered_decisions_pull_is_all_there_is() -> None:
    """The weights are the sum of the pulls: this is what makes taking one back exact."""
    model = taught()
    sums = dict.fromkeys(range(0), 0.0)
    for example in model.order:
        for share, block in zip(example.shares, example.features.blocks, strict=True):
            for number in block:
                sums[number] = sums.get(number, 0.0) + share
    assert all(abs(model.weights[number] - total) < ROUNDING for number, total in sums.items())
    assert sum(map(bool, model.weights)) <= len(sums)
    assert model.bias == pytest.approx(sum(example.pull * example.side for example in model.order))


def test_deciding_again_takes_the_first_decision_back() -> None:
    model = Model()
    for number, (features, bad) in enumerate(SAMPLE):
        model.learn(key(number), features, bad)
    text = of("هذا رأي عن الحديقة")
    model.learn(key(1000), text, True)
    before = model.score(text)
    model.learn(key(1000), text, False)
    assert model.score(text) < 0 < before
    assert model.decisions == len(SAMPLE) + 1


def test_what_is_not_remembered_is_not_taken_back() -> None:
    model = taught(10)
    before = model.weights[:]
    assert not model.unlearn(key(999))
    assert model.weights == before


def test_a_decision_of_little_weight_teaches_little() -> None:
    whole, part = taught(60), taught(60)
    text = of("بطيخ وعنب وتفاح")
    whole.learn(key(1000), text, True, 1.0)
    part.learn(key(1000), text, True, 0.05)
    assert whole.score(text) > part.score(text) > taught(60).score(text)


def test_the_oldest_are_forgotten_for_want_of_room_but_not_what_they_taught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning_model, "ROOM", 2_000)
    model = taught()
    assert model.room == sum(example.features.size for example in model.order) <= 2_000
    assert list(model.remembered) == [example.key for example in model.order]
    assert model.order[-1].key == key(len(SAMPLE) - 1)
    assert model.decisions == len(SAMPLE)
    assert max(model.score(of(text)) for text in FINE) < min(model.score(of(text)) for text in RUDE)


def test_the_model_is_of_eight_megabytes_at_most() -> None:
    model = Model()
    arrays = sum(len(a) * a.itemsize for a in (model.weights, model.seen))
    assert arrays == 8 * BUCKETS
    assert arrays + 4 * learning_model.ROOM <= 8_000_000


def test_a_text_without_words_can_be_learnt() -> None:
    model = Model()
    model.learn(key(0), features_of_comment("", "ar"), False)
    model.learn(key(1), features_of_comment("!!!", "ar"), True)
    assert model.decisions == 2
