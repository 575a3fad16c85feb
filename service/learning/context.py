"""What may be said of a text besides its words, in names that are few: how many links, how long, how loud."""

from __future__ import annotations

import re

from service.text.fold import Folded

_LINK = re.compile(r"https?://|\bwww\.|\b[a-z0-9-]+\.(?:com|net|org|info|biz|co|me|ly|ru|xyz|online|site|shop)\b", re.I)
_DIGITS = re.compile(r"\d")
_STRETCHED = re.compile(r"(\w)\1{2,}")
#: Of letters that have two cases: written large in a word at least this long.
_SHOUTED = re.compile(r"\b[^\W\d_]{3,}\b")


def context_of(text: Folded) -> list[str]:
    """Of a comment. Each name stands for a number, rounded down to a few. What disguises a word has no part in it,
    as far as the folded text tells.
    """
    body, typed = text.text, text.original
    shouted = sum(word.isupper() for word in _SHOUTED.findall(typed))
    return [
        f"long:{min(12, len(body).bit_length())}",
        f"links:{min(3, len(_LINK.findall(body)))}",
        f"digits:{min(4, len(_DIGITS.findall(body)).bit_length())}",
        f"lines:{min(3, typed.count(chr(10)).bit_length())}",
        f"loud:{min(3, (typed.count('!') + shouted).bit_length())}",
        f"asks:{min(2, body.count('?') + body.count('؟'))}",
        f"names:{min(2, body.count('@'))}",
        f"stretched:{min(2, len(_STRETCHED.findall(typed)))}",
    ]
