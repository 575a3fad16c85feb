"""Letters of one script that stand for those of another they look like: ``раyраl`` is ``paypal``."""

from __future__ import annotations

import re

from service.text.lookalikes import LIKE_LATIN

_SCRIPTS = {
    "latin": re.compile("[a-z\u00df-\u024f\u0250-\u02af]"),
    "cyrillic": re.compile("[\u0400-\u052f]"),
    "greek": re.compile("[\u0370-\u03ff]"),
    "armenian": re.compile("[\u0530-\u058f]"),
}
_OTHER = re.compile("[\u0370-\u058f]")


def _tables() -> dict[str, dict[int, str]]:
    """By script: what its letters are written with instead, and the letter. The first of several holds."""
    tables: dict[str, dict[int, str]] = {script: {} for script in _SCRIPTS}
    for latin, others in LIKE_LATIN.items():
        family = latin + others
        for script, pattern in _SCRIPTS.items():
            own = pattern.search(family)
            for char in family:
                if own and not pattern.match(char):
                    tables[script].setdefault(ord(char), own.group())
    return tables


_TABLES = _tables()


def one_script(token: str) -> str:
    """A folded word in one script, as far as letters look alike, and as long as before. A word of one script stays.

    It is Latin if it can be all Latin, as ``раyраl`` can; else in the script that most of it is in.
    """
    if token.isascii() or not _OTHER.search(token):
        return token
    counts = {script: len(pattern.findall(token)) for script, pattern in _SCRIPTS.items()}
    if sum(count > 0 for count in counts.values()) < 2:
        return token
    latin = token.translate(_TABLES["latin"])
    if not _OTHER.search(latin):
        return latin
    return token.translate(_TABLES[max(counts, key=counts.__getitem__)])
