"""Texts written so that a word list does not know them: what people do who were held once."""

from __future__ import annotations

import unicodedata

from service.bench.dice import Dice

_VOWELS = "\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652"
_ACCENTS = "\u0300\u0301\u0308\u0323\u0331\u0338"
_NOTHING = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_TATWEEL = "\u0640"
#: Letters that look the same to somebody who reads on.
_ALIKE = {
    "a": "а", "c": "с", "e": "е", "i": "і", "o": "оο", "p": "рρ", "s": "ѕ", "x": "х", "y": "у", "A": "АΑ", "B": "ВΒ",
    "E": "ЕΕ", "H": "НΗ", "K": "КΚ", "M": "МΜ", "O": "ОΟ", "P": "РΡ", "T": "ТΤ", "X": "ХΧ",
    "ك": "ک", "ي": "یى", "ه": "ہە", "ة": "ۃ", "ا": "أآٱ", "و": "ؤ",
}  # fmt: skip
#: How many letters of a hundred are treated so.
_REPLACED, _MARKED, _STRETCHED, _SPLIT = 25, 20, 15, 15


def disguise(text: str, seed: int) -> str:
    """The text with look-alike letters, vowel signs and accents, tatweel, and characters that draw nothing strewn in.
    The same seed does the same. A word keeps at least one letter of its own.
    """
    dice = Dice(seed, 0)
    return "".join(_word(word, dice) if word.strip() else word for word in _apart(text))


def _word(word: str, dice: Dice) -> str:
    kept = dice.below(len(word))
    out: list[str] = []
    for at, char in enumerate(word):
        if not char.isalpha():
            out.append(char)
            continue
        replaced = at != kept and char in _ALIKE and dice.below(100) < _REPLACED
        out.append(dice.pick(_ALIKE[char]) if replaced else char)
        arabic = unicodedata.name(char, "").startswith("ARABIC")
        if dice.below(100) < _MARKED:
            out.append(dice.pick(_VOWELS if arabic else _ACCENTS))
        inside = at + 1 < len(word) and word[at + 1].isalpha()
        if arabic and inside and dice.below(100) < _STRETCHED:
            out.append(_TATWEEL * (1 + dice.below(3)))
        if inside and dice.below(100) < _SPLIT:
            out.append(dice.pick(_NOTHING))
    return "".join(out)


def _apart(text: str) -> list[str]:
    """Runs of letters, and what is between them."""
    runs: list[str] = []
    for char in text:
        if runs and runs[-1][-1].isspace() == char.isspace():
            runs[-1] += char
        else:
            runs.append(char)
    return runs
