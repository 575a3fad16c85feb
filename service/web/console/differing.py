"""The pieces of two texts as they are shown: what was added and removed stands as a word of its own direction."""

from __future__ import annotations

from collections.abc import Iterable

from service.text.bidi import text_direction, visible
from service.text.difference import Piece


def shown(pieces: Iterable[Piece]) -> list[dict[str, str]]:
    """``after`` is the white space behind a piece, which is neither underlined nor struck out. ``dir``: of an address
    or a foreign word in a text that runs the other way; its full stops and slashes stay where they belong.
    """
    return [_piece(piece.kind, visible(piece.text)) for piece in pieces]


def _piece(kind: str, text: str) -> dict[str, str]:
    bare = text.rstrip() or text
    foreign = kind != "same" and text_direction(bare) == "ltr" and not any(text_direction(c) == "rtl" for c in bare)
    return {"kind": kind, "text": bare, "after": text[len(bare) :], "dir": "ltr" if foreign else ""}
