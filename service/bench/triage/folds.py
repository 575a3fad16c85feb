"""Comments in folds: the learner hears each comment of the others once, and is asked about the one that is left."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean

from service.bench.triage.disguise import disguise
from service.bench.triage.labelled import Labelled
from service.bench.triage.stream import key_of, shuffled
from service.bench.triage.telling_apart import auc
from service.learning.learner import features_of_comment
from service.learning.model import Model

#: Learns from the first, and gives a score to each of the others.
Judge = Callable[[Sequence[Labelled], Sequence[str]], Sequence[float]]


@dataclass(frozen=True)
class Folded:
    """Mean AUC over the folds, on the comments as they are and in disguise; and of each fold."""

    plain: float
    disguised: float
    each: tuple[float, ...]


def folds_of(comments: Sequence[Labelled], folds: int, seed: int) -> Iterator[tuple[list[Labelled], list[Labelled]]]:
    """What is learnt, in an order of its own, and what is asked; as many bad ones in each fold, one more or less."""
    parts: list[list[Labelled]] = [[] for _ in range(folds)]
    mixed = shuffled(comments, seed)
    for place, comment in enumerate(sorted(mixed, key=lambda comment: comment.bad)):
        parts[place % folds].append(comment)
    for number, part in enumerate(parts):
        rest = [comment for other in parts if other is not part for comment in other]
        yield shuffled(rest, seed + number), part


def measured(
    comments: Sequence[Labelled], folds: int, seed: int, judge: Judge, progress: Callable[[], object] = lambda: None
) -> Folded:
    plain, disguised = [], []
    for known, asked in folds_of(comments, folds, seed):
        texts = [comment.text for comment in asked]
        hidden = [disguise(text, seed + number) for number, text in enumerate(texts)]
        scores = judge(known, texts + hidden)
        bad = [comment.bad for comment in asked]
        plain.append(auc(scores[: len(texts)], bad) or 0.0)
        disguised.append(auc(scores[len(texts) :], bad) or 0.0)
        progress()
    return Folded(fmean(plain), fmean(disguised), tuple(plain))


def own(language: str) -> Judge:
    """The model of the service: each decision once, with its replays of those before it."""

    def judge(known: Sequence[Labelled], texts: Sequence[str]) -> list[float]:
        model = Model()
        for number, comment in enumerate(known):
            model.learn(key_of(number), features_of_comment(comment.text, language), comment.bad)
        return [model.score(features_of_comment(text, language)) for text in texts]

    return judge
