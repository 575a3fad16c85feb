"""What is surely fine, as far as one model knows: more than being on the right side of the lane's edge, since it is the
reader who chooses the words.
"""

from __future__ import annotations

from collections.abc import Iterator

from service.learning.calibration import Edge
from service.learning.features import bucket, features_of, tokens
from service.learning.learner import Learner, features_of_comment
from service.text.fold import fold

#: In code points. What is longer somebody reads.
LONGEST = 1_000
#: Words of a part, and how far one begins behind the other: kind words around an insult must not outweigh it.
PART, STEP = 6, 3
#: So many of its words have to be known: of what is said in words nobody has decided on the model knows nothing.
KNOWN, SEEN = 0.5, 2
#: How far a part may speak against itself, in log-odds: three in five, all else being even.
AGAINST = 0.4


def surely_fine(learner: Learner, edge: Edge, most: float, language: str, name: str, body: str) -> bool:
    """``most``: the share of bad ones that is allowed, among comments that score like this one too."""
    if len(body) > LONGEST:
        return False
    score = learner.model.score(features_of_comment(body, language))
    like = learner.calibration.record(score)
    if score > min(edge.score, 0.0) or like.bad > most * like.all:
        return False
    text = fold(body, language)
    parts = (fold(name, language), *_parts(text))
    return _is_known(learner, text) and all(_against(learner, part) < AGAINST for part in parts)


def _against(learner: Learner, part: str) -> float:
    """What the words themselves say, beside what is usual on the site."""
    return learner.model.score(features_of(part)) - learner.model.bias


def _is_known(learner: Learner, text: str) -> bool:
    words = [bucket(number) for start, end, number in tokens(text) if text[start:end].isalnum()]
    return sum(learner.model.seen[word] >= SEEN for word in words) >= max(1.0, KNOWN * len(words))


def _parts(text: str) -> Iterator[str]:
    words = text.split()
    for start in range(0, max(1, len(words) - PART + STEP), STEP):
        yield " ".join(words[start : start + PART])
