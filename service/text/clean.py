"""Text as it is stored: one form for every reader, nothing in it that breaks a page, a log or a database.

Both functions are idempotent and take time in proportion to the text. They never shorten a text to fit a
limit; what is too long is for the caller to refuse.
"""

from __future__ import annotations

import re
import unicodedata

#: Combining marks that may stand on one letter. Fully vowelled Arabic and pointed Hebrew need no more; what
#: stacks higher climbs over its neighbours on the page.
LIMIT_MARKS = 4
MAX_RUN = 30

_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029]")
_PLANE_ENDS = "".join(chr(plane + end) for plane in range(0, 0x110000, 0x10000) for end in (0xFFFE, 0xFFFF))
#: Controls, noncharacters, and half surrogates, which no database and no wire can hold.
_UNPRINTABLE = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_PLANE_ENDS}]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
#: What hides in a name or turns its neighbours round. Arabic number signs are format characters, but seen.
_HIDDEN_IN_LINE = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]+"
)
_WHITESPACE = re.compile(r"\s+")
_JOINERS = "[\u200c\u200d]"
#: At an edge, beside whitespace, or behind another joiner.
_STRAY_JOINERS = re.compile(rf"(?:\A|(?<=\s)){_JOINERS}++|{_JOINERS}++(?=\s|\Z)|(?<={_JOINERS}){_JOINERS}++")
#: Letters and symbols that draw nothing: Hangul fillers and the empty Braille cell.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800")


def clean_body(raw: str) -> str:
    """A comment's text in NFC, lines ended by LF, without control characters and without outer whitespace.

    Bidi controls stay: the markup isolates them and a finding reports them. ``""`` when nothing of the text
    would be seen.
    """
    text = _composed(raw).strip()
    return text if _is_visible(text) else ""


def clean_line(raw: str) -> str:
    """A name or a title: as ``clean_body``, on one line, without characters that hide or reorder.

    ZWNJ and ZWJ stay between two visible characters, where Persian, Indic scripts and emoji need them.
    """
    text = _composed(_HIDDEN_IN_LINE.sub("", raw))
    text = _WHITESPACE.sub(" ", _STRAY_JOINERS.sub("", text)).strip()
    return text if _is_visible(text) else ""


def length(text: str) -> int:
    """How long the text is, in code points."""
    return len(text)


def stream_safe(text: str) -> str:
    """The text with at most ``MAX_RUN`` combining characters in a row; whatever is behind them is left out.

    Normalising sorts such a run in time that grows with its square, and holds every other thread up meanwhile:
    65,000 accents on one letter took 26 seconds. The bound is that of Unicode's Stream-Safe Text Format (UAX #15),
    far above what any language writes.
    """
    if text.isascii():
        return text
    kept: list[str] = []
    run = 0
    for char in text:
        run = run + 1 if unicodedata.combining(char) else 0
        if run <= MAX_RUN:
            kept.append(char)
    return "".join(kept)


def has_surrogate(text: str) -> bool:
    """Whether half a surrogate pair is in the text, as JSON escapes can make it. Cleaning drops it."""
    return _SURROGATE.search(text) is not None


def _composed(raw: str) -> str:
    """Removal comes before NFC: a letter and its accent meet once what stood between them is gone."""
    text = _UNPRINTABLE.sub("", _LINE_ENDS.sub("\n", raw))
    return _with_few_marks(unicodedata.normalize("NFC", stream_safe(text)))


def _with_few_marks(text: str) -> str:
    """At most ``LIMIT_MARKS`` marks per letter; an invisible character between two marks is no new letter."""
    if text.isascii():
        return text
    kept: list[str] = []
    marks = 0
    for char in text:
        category = unicodedata.category(char)
        if category in ("Mn", "Me") or unicodedata.combining(char):
            marks += 1
        elif category != "Cf":
            marks = 0
        if marks <= LIMIT_MARKS or category == "Cf":
            kept.append(char)
    return "".join(kept)


def _is_visible(text: str) -> bool:
    return any(unicodedata.category(char)[0] in "LNSP" and char not in _BLANK for char in text)
