"""A learner as bytes, and back: the same to the bit. Neither runs anything, and what is not whole is refused."""

from __future__ import annotations

import struct
import sys
import zlib
from array import array
from hashlib import blake2b
from typing import TypeVar

from service.learning.calibration import MOST, Calibration
from service.learning.features import BUCKETS, FEATURES_VERSION, Features
from service.learning.learner import Learner
from service.learning.model import ROOM, SHARES, Example, Model
from service.text.fold import FOLD_VERSION

#: Rises with the layout below.
PACKING_VERSION = 2
_MAGIC = b"TALIQ learner\n"
#: Layout, features and fold; the length of what follows, and its check.
_HEAD = struct.Struct("<HHHI16s")
_STATE = struct.Struct("<dQQddII")
_EXAMPLE = struct.Struct(f"<16sbff{len(SHARES)}f{len(SHARES)}H")
_SCORED = struct.Struct("<16sd?d")
#: The longest that is read: no more than a learner can be.
_MOST = 8 * BUCKETS + 4 * ROOM + (1 << 21)
#: Of a key.
KEY_BYTES = 16


N = TypeVar("N", int, float)


class UnreadableModelError(ValueError):
    """The bytes are no learner, or not one that this release can go on with. The message says which."""


class OutdatedModelError(UnreadableModelError):
    """Another release has made it. It is learnt anew from the decision log."""


def pack(learner: Learner) -> bytes:
    model = learner.model
    state = _STATE.pack(
        model.bias, model.decisions, model.turns, learner.fine, learner.bad, len(model.order), len(learner.calibration)
    )
    parts = [state, _bytes(model.weights), _bytes(model.seen)]
    for example in model.order:
        sizes = map(len, example.features.blocks)
        parts.append(_EXAMPLE.pack(example.key, example.side, example.weight, example.pull, *example.shares, *sizes))
        parts += map(_bytes, example.features.blocks)
    parts += [_SCORED.pack(*entry) for entry in learner.calibration]
    body = zlib.compress(b"".join(parts), 1)
    return _MAGIC + _HEAD.pack(PACKING_VERSION, FEATURES_VERSION, FOLD_VERSION, len(body), _check(body)) + body


def unpack(data: bytes) -> Learner:
    """The learner, or ``UnreadableModelError``."""
    body = _body(data)
    try:
        return _Reader(_inflated(body)).learner()
    except (struct.error, zlib.error, ValueError, IndexError) as error:
        raise UnreadableModelError("the model is damaged") from error


def readable(data: bytes) -> bool:
    """Whether it is whole and of this release, by its head: nothing is unpacked."""
    try:
        _body(data)
    except UnreadableModelError:
        return False
    return True


def _body(data: bytes) -> bytes:
    if not data.startswith(_MAGIC):
        raise UnreadableModelError("this is no model of Taliq's")
    start = len(_MAGIC) + _HEAD.size
    if len(data) < start:
        raise UnreadableModelError("the model is cut off")
    packing, features, fold, length, check = _HEAD.unpack_from(data, len(_MAGIC))
    if (packing, features, fold) != (PACKING_VERSION, FEATURES_VERSION, FOLD_VERSION):
        raise OutdatedModelError("the model is of another release; it is learnt anew from the decision log")
    body = data[start:]
    if len(body) != length or _check(body) != check:
        raise UnreadableModelError("the model is damaged")
    return body


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def learner(self) -> Learner:
        bias, decisions, turns, fine, bad, examples, scored = _STATE.unpack(self._take(_STATE.size))
        if scored > MOST:
            raise ValueError("too many scores")
        weights, seen = self._read(array("f"), BUCKETS), self._read(array("I"), BUCKETS)
        order = [self._example() for _ in range(examples)]
        model = Model(weights, seen, bias, decisions, turns, {example.key: example for example in order}, order)
        calibration = Calibration(_SCORED.unpack(self._take(_SCORED.size)) for _ in range(scored))
        if self._at != len(self._data):
            raise ValueError("more than a learner")
        return Learner(model, calibration, fine, bad)

    def _example(self) -> Example:
        key, side, weight, pull, *rest = _EXAMPLE.unpack(self._take(_EXAMPLE.size))
        shares, sizes = rest[: len(SHARES)], rest[len(SHARES) :]
        blocks = tuple(self._read(array("I"), size) for size in sizes)
        if side not in (1, -1) or any(max(block, default=0) >= BUCKETS for block in blocks):
            raise ValueError("not an example")
        return Example(key, Features(blocks), side, weight, pull, tuple(shares))

    def _read(self, empty: array[N], size: int) -> array[N]:
        empty.frombytes(self._take(size * empty.itemsize))
        if sys.byteorder == "big":
            empty.byteswap()
        return empty

    def _take(self, size: int) -> bytes:
        self._at += size
        if self._at > len(self._data):
            raise ValueError("cut off")
        return self._data[self._at - size : self._at]


def _bytes(numbers: array[int] | array[float]) -> bytes:
    if sys.byteorder == "big":
        numbers = array(numbers.typecode, numbers)
        numbers.byteswap()
    return numbers.tobytes()


def _inflated(body: bytes) -> bytes:
    reading = zlib.decompressobj()
    data = reading.decompress(body, _MOST)
    if not reading.eof:
        raise ValueError("too long")
    return data


def _check(body: bytes) -> bytes:
    return blake2b(body, digest_size=16, person=b"taliq learner").digest()
