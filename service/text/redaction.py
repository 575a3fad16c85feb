"""Words taken out of a text, with a mark where they stood."""

from __future__ import annotations

import re
import unicodedata

#: Without a letter: it reads alike from the right and from the left, in every language, turns no line round, is no word
#: that a search would find, and is what newspapers put where they leave something out.
MARK = "[…]"


def redact(text: str, words: str) -> tuple[str, int]:
    """The text with ``MARK`` wherever exactly ``words`` stand, and how often they stood. Vowel signs and accents behind
    them go too: they belong to the last letter.
    """
    parts: list[str] = []
    done = 0
    for found in re.finditer(re.escape(words), text):
        parts += [text[done : found.start()], MARK]
        done = found.end()
        while done < len(text) and unicodedata.category(text[done]) in ("Mn", "Me"):
            done += 1
    return "".join([*parts, text[done:]]), len(parts) // 2


def says_something(text: str) -> bool:
    """Whether, marks apart, a letter, a digit or a picture is left."""
    return any(unicodedata.category(c)[0] in "LN" or unicodedata.category(c) == "So" for c in text.replace(MARK, ""))
