"""The one key over whole collections, and over very many strings that nobody would write."""

from __future__ import annotations

import json
import os
import random
import re
import time
import unicodedata
from pathlib import Path

import pytest

from service.text.fold import fold, folded

CORPUS = os.environ.get("CORPUS")
needs_corpus = pytest.mark.skipif(CORPUS is None, reason="CORPUS is not set to a folder of text collections")

#: Strings of the long test, and seconds after which it leaves off: slow machines try fewer.
STRINGS, ENOUGH = 200_000, 60.0
_VOWELS = re.compile("[\u064b-\u0652\u0670]")
VOWELLED = [
    "كَتَبَ الوَلَدُ الدَّرْسَ فِي الصَّبَاحِ",
    "هٰذَا بَيْتٌ كَبِيرٌ وَذٰلِكَ بُسْتَانٌ",
    "إِنَّ مَعَ الْعُسْرِ يُسْرًا",
]
#: In presentation forms, and in letters.
SHAPED = [("ﺍﻟﺴﻼﻡ", "السلام"), ("ﻛﺘﺎﺏ", "كتاب"), ("ﷲ", "الله")]
#: The blocks the rules speak of; what lies between stands beside it in real texts.
ALPHABET = "".join(
    chr(code)
    for first, last in ((0x20, 0x17F), (0x300, 0x36F), (0x370, 0x52F), (0x5D0, 0x5EA), (0x600, 0x6FF), (0x750, 0x77F))
    for code in range(first, last)
) + "".join(map(chr, [*range(0x200B, 0x2010), *range(0x2066, 0x206A), *range(0xFB50, 0xFBC0), *range(0xFE70, 0xFEFD)]))


@pytest.mark.parametrize("line", VOWELLED)
def test_a_vowelled_line_folds_like_itself_without_vowels(line: str) -> None:
    assert _VOWELS.search(line)
    assert fold(line, "ar") == fold(_VOWELS.sub("", line), "ar")


@pytest.mark.parametrize(("shaped", "letters"), SHAPED)
def test_presentation_forms_fold_like_their_letters(shaped: str, letters: str) -> None:
    assert fold(shaped, "ar") == fold(letters, "ar")


@needs_corpus
def test_each_vowelled_line_of_the_collection_folds_like_itself_without_vowels() -> None:
    lines = (Path(CORPUS or ".") / "unicode/arabic-tashkeel-400.txt").read_text("utf-8").splitlines()
    assert len(lines) == 400
    for line in lines:
        assert fold(line, "ar") == fold(_VOWELS.sub("", line), "ar")


@needs_corpus
def test_each_presentation_form_of_the_collection_folds_like_its_letters() -> None:
    path = Path(CORPUS or ".") / "unicode/arabic-presentation-forms.jsonl"
    texts = [json.loads(line)["text"] for line in path.read_text("utf-8").split("\n") if line]
    shaped = [text for text in texts if re.search("[\ufb50-\ufdff\ufe70-\ufefc]", text)]
    assert shaped
    for text in shaped:
        assert fold(text, "ar") == fold(unicodedata.normalize("NFKC", text), "ar")
    # The letters stand in the collection themselves, just before.
    plain = {fold(text, "ar") for text in texts if text not in shaped}
    assert sum(fold(text, "ar") in plain for text in shaped) > len(shaped) / 2


def test_very_many_strings_fold_once_for_all_and_every_place_leads_back(capsys: pytest.CaptureFixture[str]) -> None:
    dice, done, until = random.Random(5), 0, time.monotonic() + ENOUGH
    while done < STRINGS and (done % 1000 or time.monotonic() < until):
        text = "".join(dice.choices(ALPHABET, k=dice.randrange(24)))
        language = ("ar", "fa")[done % 2]
        found = folded(text, language)
        assert fold(found.text, language) == found.text, ascii(text)
        before = (0, 0)
        for at, char in enumerate(found.text):
            place = found.source(at, at + 1)
            assert before <= place, ascii(text)
            # Between letters, so that a space is not at an end.
            assert char in fold(f"|{text[slice(*place)]}|", language), ascii(text)
            before = place
        done += 1
    with capsys.disabled():
        print(f"\n{done:,} strings folded; {_time_of_fold():.0f} µs for 600 characters")
    assert done >= 1000


def _time_of_fold() -> float:
    """Microseconds, of 600 letters with vowels."""
    text = (VOWELLED[0] + " ") * 20
    text = text[:600]
    fold(text, "ar")
    best = min(_once(text) for _ in range(50))
    return best * 1e6


def _once(text: str) -> float:
    start = time.perf_counter()
    fold(text, "ar")
    return time.perf_counter() - start
