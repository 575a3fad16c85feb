"""Spellings by which a phrase is found too, to show whoever lists it what it will find."""

from __future__ import annotations

from collections.abc import Iterator

from service.text.fold import fold
from service.text.phrases import Matcher, Mode, Pattern, forms

_FATHA, _SHADDA, _TATWEEL, _ZWNJ = "\u064e", "\u0651", "\u0640", "\u200c"
_ALEFS = "اأإآ"
#: Of letters that are one to the fold, another.
_SWAPPED = str.maketrans({"ك": "ک", "ي": "ى", "ى": "ي", "ة": "ه", "ؤ": "و", "ئ": "ي"})
_WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})


def variants(phrase: str, language: str, mode: Mode, most: int = 10) -> list[str]:
    """Up to ``most`` other spellings that a rule of this phrase sees, each unlike the phrase and unlike the others."""
    matcher = Matcher(Pattern(text, mode) for text in forms(phrase, language))
    found: dict[str, None] = {}
    for spelling in _spellings(phrase):
        if spelling != phrase and any(matcher.hits(fold(spelling, language))):
            found[spelling] = None
    return [*found][:most]


def _spellings(phrase: str) -> Iterator[str]:
    if any("\u0600" <= char <= "\u06ff" for char in phrase):
        yield from _arabic(phrase)
    else:
        yield phrase.upper()
        yield phrase.title()
        yield phrase[:2] + "\u0301" + phrase[2:]
        yield phrase + phrase[-1] * 4
        yield phrase.translate(_WIDE)
        yield phrase[:1] + _ZWNJ + phrase[1:]
        yield phrase[:1] + "\u00ad" + phrase[1:]
        yield f"“{phrase}”!"
        yield phrase.replace(" ", "  ")
        yield phrase[0] * 3 + phrase[1:]


def _arabic(phrase: str) -> Iterator[str]:
    yield _FATHA.join(phrase)
    yield phrase[:1] + _TATWEEL * 3 + phrase[1:]
    yield f"ال{phrase}"
    yield f"وال{phrase}"
    yield f"لل{phrase}"
    stem = phrase[:-1] + "ت" if phrase.endswith("ة") else phrase
    yield f"{stem}هم"
    yield f"و{stem}كم"
    yield phrase + phrase[-1] * 4
    yield phrase[:1] + _ZWNJ + phrase[1:]
    yield from (phrase.replace(one, other) for one in _ALEFS for other in _ALEFS if one in phrase)
    yield phrase.translate(_SWAPPED)
    yield phrase[:1] + _SHADDA + phrase[1:]
    yield f"«{phrase}»"
    yield phrase[:2] + _FATHA + phrase[2:]
