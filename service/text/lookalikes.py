"""Letters of one script that look like those of another: a small table of our own, and words that mix them.

It says nothing of a word in one script: what is all Cyrillic is Russian, not disguise.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

#: What is drawn like a small Latin letter, or was as the capital it may have been: a text is folded before. The one
#: table for words in disguise, for what is learnt and for names.
LIKE_LATIN: Mapping[str, str] = {
    "a": "аαɑ", "b": "ьβвʙҍ", "c": "сϲᴄς", "d": "ԁժᴅ", "e": "еεєҽ", "f": "ϝғ", "g": "ɡցɢԍ", "h": "һհнʜ",
    "i": "іιıɩɪ", "j": "јϳյ", "k": "кκᴋҝ", "l": "ӏլ|", "m": "мᴍμ", "n": "ոпηɴ", "o": "оοօσө", "p": "рρᴘ",
    "q": "ԛզ", "r": "гʀᴦ", "s": "ѕꜱ", "t": "тτᴛ", "u": "υսᴜц", "v": "ѵνᴠ", "w": "ԝωшᴡѡա", "x": "хχ",
    "y": "уγʏү", "z": "ᴢζ",
}  # fmt: skip
#: What is put for an Arabic letter once it stands among Arabic letters: by its sound, or by its shape.
_LIKE_ARABIC = {
    "ا": "ail", "ب": "bp", "ت": "t", "ج": "jg", "ح": "h", "خ": "x", "د": "d", "ر": "r", "ز": "z", "س": "s", "ف": "fv",
    "ق": "q", "ك": "kc", "ل": "l", "م": "m", "ن": "n", "ه": "o", "و": "wu", "ي": "ye",
}  # fmt: skip
#: Digits inside of a Latin word.
_LIKE_DIGITS = {"o": "0", "i": "1", "e": "3", "a": "4", "s": "5", "t": "7"}


def _table(likes: Mapping[str, str]) -> dict[int, str]:
    return {ord(char): letter for letter, chars in likes.items() for char in chars}


#: Look-alikes of every script, and the letter they are taken for.
LATIN = _table(LIKE_LATIN)
#: Among Latin letters ه passes for o.
_TO_LATIN = LATIN | _table(_LIKE_DIGITS) | {ord("ه"): "o"}
_TO_ARABIC = _table(_LIKE_ARABIC)


def is_mixed(word: str) -> bool:
    """Whether its letters are of several scripts of which one looks like another: no Japanese word is."""
    found = scripts(word)
    return len(found) > 1 and bool(found & {"LATIN", "ARABIC"}) and found <= {*_BORROWED, "LATIN", "ARABIC"}


def skeleton(word: str) -> str:
    """The folded word as its looks mean it: in Arabic letters when most of its letters are, in Latin ones otherwise.
    As long as the word. Words of one script come back unchanged, but for digits among Latin letters.
    """
    if is_mixed(word):
        arabic = sum(script_of(char) == "ARABIC" for char in word)
        return word.translate(_TO_ARABIC if 2 * arabic >= len(word) else _TO_LATIN)
    return word.translate(_TO_LATIN) if scripts(word) == {"LATIN"} else word


#: Scripts whose letters pass for Latin ones.
_BORROWED = frozenset({"CYRILLIC", "GREEK", "ARMENIAN"})


def scripts(word: str) -> frozenset[str]:
    """Those of its letters, by the name Unicode gives them."""
    return frozenset(script_of(char) for char in word if char.isalpha())


@lru_cache(maxsize=4096)
def script_of(char: str) -> str:
    return unicodedata.name(char, "").partition(" ")[0]
