"""Names that look alike: what two names have in common that a reader takes for one. Only ever for suspicion."""

from __future__ import annotations

import re

from service.text.lookalikes import LATIN

#: Put for l, where it touches a Latin letter; elsewhere it stands between two names.
_BAR = re.compile(r"(?<=[a-z])\|+|\|+(?=[a-z])")
#: ν is like v, but in a name more often a capital, Ν, before it was folded.
_LETTERS = {code: letter for code, letter in LATIN.items() if code != ord("|")} | {ord("ν"): "n"}
#: Digits put for a letter; and I, l and 1, which many typefaces draw alike.
_DIGITS = str.maketrans("013457i", "oleastl")
#: Arabic letters without their dots, which honest Arabic does not write.
_DOTLESS = frozenset("\u066e\u066f\u06a1")
#: Letters that are one when their dots are gone.
_BODIES = str.maketrans(
    "\u062a\u062b\u0646\u064a\u066e\u06ba\u062d\u062e\u0630\u0632\u0634\u0636\u0638\u063a\u0642\u066f\u06a1",
    "\u0628\u0628\u0628\u0628\u0628\u0628\u062c\u062c\u062f\u0631\u0633\u0635\u0637\u0639\u0641\u0641\u0641",
)


def name_key(folded: str) -> str:
    """What a name that has been folded is known by: its letters and digits alone, and look-alikes as the letter they
    are taken for. ``""`` for a name without either.
    """
    letters = "".join(filter(str.isalnum, _BAR.sub(_barred, folded.translate(_LETTERS))))
    return letters.translate(_DIGITS) if any("a" <= char <= "z" for char in letters) else letters


def _barred(found: re.Match[str]) -> str:
    return "l" * len(found.group())


def looks_like(key: str, other: str) -> bool:
    """Whether two keys are one to a reader: equal, or, where one of them leaves out dots, equal without any."""
    if key == other:
        return len(key) > 1
    if not (_DOTLESS & {*key, *other}):
        return False
    return len(key) > 1 and key.translate(_BODIES) == other.translate(_BODIES)
