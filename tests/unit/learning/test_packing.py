"""A learner as bytes: the same to the bit, and nothing else is taken for one."""

from __future__ import annotations

import zlib
from random import Random

import pytest

from service.learning import packing
from service.learning.learner import Learner, features_of_comment
from service.learning.packing import UnreadableModelError, pack, unpack
from tests.triage_sample import COMMENTS

SAMPLE = [(features_of_comment(text, "ar"), bad) for text, bad in Random(4).sample(COMMENTS, 120)]


def key(number: int) -> bytes:
    return number.to_bytes(16, "big")


def teach(learner: Learner, start: int, end: int) -> Learner:
    for number in range(start, end):
        learner.decided(key(number), *SAMPLE[number], weight=1 / (1 + number % 3))
    return learner


@pytest.fixture(scope="module")
def packed() -> bytes:
    return pack(teach(Learner(), 0, 60))


def test_it_goes_on_from_bytes_as_if_it_had_never_been_away(packed: bytes) -> None:
    away, here = unpack(packed), teach(Learner(), 0, 60)
    for learner in (away, here):
        learner.undone(key(17))
        teach(learner, 60, 120)
    assert pack(away) == pack(here)
    assert [away.opinion(f) for f, _ in SAMPLE] == [here.opinion(f) for f, _ in SAMPLE]


def test_an_empty_one_can_be_packed() -> None:
    assert pack(unpack(pack(Learner()))) == pack(Learner())


@pytest.mark.parametrize("data", [b"", b"\x80\x04\x95", b"SQLite format 3\x00", b"TALIQ"])
def test_foreign_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(UnreadableModelError, match="no model of Taliq's"):
        unpack(data)


def test_every_part_that_is_cut_off_or_changed_is_missed(packed: bytes) -> None:
    random = Random(5)
    for at in [*range(14, 46), *(random.randrange(len(packed)) for _ in range(200))]:
        for spoiled in (packed[:at], packed[:at] + bytes([packed[at] ^ 1]) + packed[at + 1 :]):
            with pytest.raises(UnreadableModelError):
                unpack(spoiled)
    with pytest.raises(UnreadableModelError):
        unpack(packed + b"\0")


def test_a_model_of_another_fold_is_told_from_a_damaged_one(packed: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "FOLD_VERSION", packing.FOLD_VERSION + 1)
    with pytest.raises(UnreadableModelError, match="another release"):
        unpack(packed)


@pytest.mark.parametrize("body", [b"", b"short", bytes(packing._MOST + 10)])
def test_a_whole_box_with_something_else_inside_is_refused(body: bytes) -> None:
    squeezed = zlib.compress(body)
    head = packing._HEAD.pack(
        packing.PACKING_VERSION, packing.FEATURES_VERSION, packing.FOLD_VERSION, len(squeezed), packing._check(squeezed)
    )
    with pytest.raises(UnreadableModelError, match="damaged"):
        unpack(packing._MAGIC + head + squeezed)
