"""Direction, script, and the characters that play tricks with either."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from typing import Literal

from service.text.links import LINK_PATTERN

Direction = Literal["rtl", "ltr", "auto"]

_STRONG: dict[str, Direction] = {"L": "ltr", "R": "rtl", "AL": "rtl"}
_ISOLATES = frozenset(("LRI", "RLI", "FSI"))

#: What is drawn as nothing among letters: Korean fillers, but for those that fill an old syllable; empty Braille, but
#: for what stands beside Braille, as in pictures made of it; the vowels Khmer leaves unwritten, but behind its letters.
_UNDRAWN = (
    "[\u034f\u3164\uffa0]"
    "|\u115f(?![\u1161-\u11a7\ud7b0-\ud7c6])"
    "|(?<![\u1100-\u115e\ua960-\ua97c])\u1160"
    "|(?<![\u2800-\u28ff])\u2800++(?![\u2801-\u28ff])"
    "|(?<![\u1780-\u17d3])[\u17b4\u17b5]"
)
#: A flag made of tag characters (Scotland, Wales) is a picture and hides nothing; any other tag does.
_FLAG_OR_HIDDEN = re.compile(
    "\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f"
    f"|([\u00ad\u180e\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]+|{_UNDRAWN})"
)

#: First and last code point of the blocks that hold a script's letters, in order; ISO 15924 codes.
_BLOCKS: tuple[tuple[int, int, str], ...] = (
    (0x0041, 0x024F, "Latn"),
    (0x0250, 0x02AF, "Latn"),
    (0x0370, 0x03FF, "Grek"),
    (0x0400, 0x052F, "Cyrl"),
    (0x0530, 0x058F, "Armn"),
    (0x0590, 0x05FF, "Hebr"),
    (0x0600, 0x06FF, "Arab"),
    (0x0700, 0x074F, "Syrc"),
    (0x0750, 0x077F, "Arab"),
    (0x0780, 0x07BF, "Thaa"),
    (0x07C0, 0x07FF, "Nkoo"),
    (0x0860, 0x086F, "Syrc"),
    (0x0870, 0x08FF, "Arab"),
    (0x0900, 0x097F, "Deva"),
    (0x0980, 0x09FF, "Beng"),
    (0x0A00, 0x0A7F, "Guru"),
    (0x0A80, 0x0AFF, "Gujr"),
    (0x0B80, 0x0BFF, "Taml"),
    (0x0C00, 0x0C7F, "Telu"),
    (0x0C80, 0x0CFF, "Knda"),
    (0x0D00, 0x0D7F, "Mlym"),
    (0x0E00, 0x0E7F, "Thai"),
    (0x10A0, 0x10FF, "Geor"),
    (0x1100, 0x11FF, "Hang"),
    (0x1200, 0x139F, "Ethi"),
    (0x1C90, 0x1CBF, "Geor"),
    (0x1E00, 0x1EFF, "Latn"),
    (0x1F00, 0x1FFF, "Grek"),
    (0x2D30, 0x2D7F, "Tfng"),
    (0x3040, 0x309F, "Hira"),
    (0x30A0, 0x30FF, "Kana"),
    (0x3130, 0x318F, "Hang"),
    (0x3400, 0x9FFF, "Hani"),
    (0xA640, 0xA69F, "Cyrl"),
    (0xA720, 0xA7FF, "Latn"),
    (0xAC00, 0xD7FF, "Hang"),
    (0xF900, 0xFAFF, "Hani"),
    (0xFB00, 0xFB06, "Latn"),
    (0xFB1D, 0xFB4F, "Hebr"),
    (0xFB50, 0xFDFF, "Arab"),
    (0xFE70, 0xFEFE, "Arab"),
    (0xFF21, 0xFF5A, "Latn"),
    (0xFF66, 0xFF9F, "Kana"),
    (0x10EC0, 0x10EFF, "Arab"),
    (0x20000, 0x3FFFF, "Hani"),
)
_STARTS = [first for first, _, _ in _BLOCKS]


def text_direction(text: str) -> Direction:
    """The direction of the first strong character outside isolates (UAX #9, P2 and P3); ``auto`` without one.

    Give it what is seen, not the markup: the ``strong`` of a typed tag is Latin.
    """
    depth = 0
    for char in text:
        bidi_class = unicodedata.bidirectional(char)
        if bidi_class in _ISOLATES:
            depth += 1
        elif bidi_class == "PDI":
            depth = max(0, depth - 1)
        elif bidi_class == "B":
            depth = 0
        elif not depth and bidi_class in _STRONG:
            return _STRONG[bidi_class]
    return "auto"


def hidden_spans(text: str) -> list[tuple[int, int]]:
    """Where overrides, embeddings, isolates, invisible format characters and letters that draw nothing stand,
    neighbours as one span.

    Code point offsets, end exclusive. ZWJ, ZWNJ and the marks LRM, RLM and ALM are not among them: ordinary
    Arabic and Persian typing is full of them and they hide nothing.
    """
    spans: list[tuple[int, int]] = []
    for found in _FLAG_OR_HIDDEN.finditer(text):
        if found.group(1):
            start, end = found.span(1)
            if spans and spans[-1][1] == start:
                start = spans.pop()[0]
            spans.append((start, end))
    return spans


def visible(text: str) -> str:
    """The text with its hidden characters by their numbers: they reorder nothing here, and are seen."""
    shown, done = [], 0
    for start, end in hidden_spans(text):
        shown += [text[done:start], *(f"[U+{ord(char):04X}]" for char in text[start:end])]
        done = end
    return "".join([*shown, text[done:]])


def dominant_script(text: str) -> str | None:
    """The script most letters are in, as ISO 15924 code; of equals the one seen first.

    ``None`` without letters of a known script. Addresses do not count: a long one under a short Arabic
    sentence makes the sentence no less Arabic.
    """
    counts = Counter(script for char in LINK_PATTERN.sub(" ", text) if char.isalpha() and (script := _script_of(char)))
    return counts.most_common(1)[0][0] if counts else None


def _script_of(char: str) -> str | None:
    at = bisect_right(_STARTS, ord(char)) - 1
    return _BLOCKS[at][2] if at >= 0 and ord(char) <= _BLOCKS[at][1] else None
