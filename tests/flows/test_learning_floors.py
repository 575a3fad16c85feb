"""How well the model learns from public collections: five folds, one pass, and no worse in disguise.

``CORPUS`` holds them; without it comments of our own take their place.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from service.bench.triage.folds import measured, own
from service.bench.triage.labelled import Labelled, read_labelled, together
from tests.triage_sample import COMMENTS

CORPUS = os.environ.get("CORPUS")
#: What is lost at most when the comments that are asked about come in disguise.
LOST = 0.01


@pytest.mark.skipif(CORPUS is None, reason="CORPUS is not set to a folder of text collections")
@pytest.mark.parametrize(
    ("files", "language", "floor"),
    [
        (("spam/Youtube01-Psy.csv", "spam/Youtube02-KatyPerry.csv", "spam/Youtube03-LMFAO.csv"), "en", 0.985),
        (("abuse/mpold-ar.jsonl",), "ar", 0.81),
        (("abuse/surge-en.csv",), "en", 0.94),
    ],
)
def test_the_model_tells_the_bad_ones_apart(files: tuple[str, ...], language: str, floor: float) -> None:
    comments = together(read_labelled(Path(CORPUS or "", file)) for file in files)
    found = measured(comments, 5, 1, own(language))
    print(f"\n{files[0]}: {found.plain:.4f}, in disguise {found.disguised:.4f}")
    assert found.plain >= floor
    assert found.disguised >= found.plain - LOST


def test_the_model_tells_ours_apart() -> None:
    found = measured([Labelled(text, bad) for text, bad in COMMENTS[::3]], 5, 1, own("ar"))
    assert found.plain > 0.99
    assert found.disguised > 0.98
