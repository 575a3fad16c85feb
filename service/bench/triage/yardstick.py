"""What scikit-learn makes of the same folds: TF-IDF of words and of pieces of words, and a logistic regression."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from service.bench.triage.folds import Judge
from service.bench.triage.labelled import Labelled
from service.domain.errors import ConfigurationError
from service.text.fold import fold

#: The regularisations that are tried.
STRENGTHS = (0.3, 1.0, 3.0, 10.0)
_ROUNDS = 1_000


def yardstick(language: str, strength: float) -> Judge:
    """Over folded texts: words alone and in pairs, and three to five characters inside of words."""
    regression, union, weighing = _parts()

    def judge(known: Sequence[Labelled], texts: Sequence[str]) -> list[float]:
        look = union(weighing(ngram_range=(1, 2)), weighing(analyzer="char_wb", ngram_range=(3, 5)))
        learnt = look.fit_transform([fold(comment.text, language) for comment in known])
        model = regression(C=strength, max_iter=_ROUNDS).fit(learnt, [comment.bad for comment in known])
        asked = look.transform([fold(text, language) for text in texts])
        return [float(score) for score in model.decision_function(asked)]

    return judge


def _parts() -> tuple[Any, Any, Any]:
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_union
    except ImportError:
        missing = "The yardstick is scikit-learn, which is not here: pip install 'taliq[learn]'."
        raise ConfigurationError(missing) from None
    return LogisticRegression, make_union, TfidfVectorizer
