"""Texts that mean the same to a reader, spelt alike."""

from __future__ import annotations

import unicodedata

from service.text.clean import stream_safe


def fold(text: str) -> str:
    """The text without differences of case, compatibility form and spacing, for comparing only.

    It is shallow on purpose for now: hamza seats, vowel signs and look-alike letters still count as
    different. Folding deeper will change the digests made from it.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", stream_safe(text)).casefold())
    return " ".join(folded.split())
