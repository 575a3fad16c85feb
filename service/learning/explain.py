"""Which words of a text a score comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.learning.features import Features, bucket, features_of, pair, piece_places, plain, spaced, tokens
from service.learning.model import Model
from service.text.fold import Folded

#: Words that say less than this of what the strongest says are not worth a mark.
_WORTH = 0.15


@dataclass(frozen=True)
class Said:
    """Code points of the original, end exclusive, and what they add to the score: above 0 towards rejecting."""

    start: int
    end: int
    weight: float


def explain(model: Model, folded: Folded, most: int = 8) -> Sequence[Said]:
    """The words that say most, the strongest first. What the context adds is not among them.

    A pair's weight is shared by its two words, a piece's by the letters it has of the word.
    """
    text = plain(folded.text)
    features: Features = features_of(folded.text)
    of_words, of_pieces, _ = model.pulls(features)
    weights = _by_letter(text, of_pieces)
    found: list[tuple[int, int, float]] = []
    before: tuple[int, int] | None = None
    counted: set[int] = set()
    for start, end, number in tokens(text):
        own = _first(of_words, bucket(number), counted)
        if before is not None:
            shared = _first(of_words, pair(before[1], number), counted) / 2
            found[before[0]] = (*found[before[0]][:2], found[before[0]][2] + shared)
            own += shared
        before = (len(found), number)
        found.append((start, end, own + sum(weights[start:end])))
    found.sort(key=lambda word: -abs(word[2]))
    worth = [word for word in found[:most] if abs(word[2]) > _WORTH * abs(found[0][2])]
    return [Said(*folded.source(start, end), weight) for start, end, weight in worth]


def _by_letter(text: str, of_pieces: dict[int, float]) -> list[float]:
    weights = [0.0] * len(text)
    counted: set[int] = set()
    for start, end, numbers in spaced(text):
        for (first, last), number in zip(piece_places(end - start), numbers, strict=True):
            weight = _first(of_pieces, number, counted) / (last - first)
            for at in range(start + first, start + last):
                weights[at] += weight
    return weights


def _first(pulls: dict[int, float], number: int, counted: set[int]) -> float:
    """What a feature adds, where it stands first: it counts once in a text."""
    if number in counted:
        return 0.0
    counted.add(number)
    return pulls.get(number, 0.0)
