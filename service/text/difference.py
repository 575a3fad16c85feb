"""What changed between two texts, word by word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from service.text.links import LINK_PATTERN

#: Longest text that is compared; a longer one counts as another text altogether.
LIMIT = 10_000
#: Steps the search for the shortest way may take: some twenty milliseconds. Texts so far apart that it needs more
#: (about four hundred words changed) are told as one replaced by the other, which is what they are to a reader.
STEPS = 80_000
#: A host with what follows it, where no scheme leads; ``links`` knows those with one.
_HOST = r"[A-Za-z0-9-]++(?:\.[a-z0-9-]++)++(?:/(?:[.,;:!?…،؛؟«»“”\"()]*+[^\s.,;:!?…،؛؟«»“”\"()])*+)?"
#: An address, a word, or the marks between two, with the white space behind. A comma that moves changes no word, and an
#: address is another one as a whole.
_WORD = re.compile(
    rf"{LINK_PATTERN.pattern}\s*|{_HOST}\s*|[^\s.,;:!?…،؛؟«»“”\"()]+\s*|[.,;:!?…،؛؟«»“”\"()]+\s*|\s+"
)
#: A run of words both texts have: where it begins in the one, in the other, and how long it is.
Run = tuple[int, int, int]


@dataclass(frozen=True)
class Piece:
    """``kind`` is ``same``, ``added`` or ``removed``."""

    kind: str
    text: str


def difference(before: str, after: str) -> list[Piece]:
    """The pieces that lead from ``before`` to ``after``, in reading order, what went before what came. Those that are
    not removed spell ``after``, letter by letter. White space alone is no difference.
    """
    if max(len(before), len(after)) > LIMIT:
        return _joined([("removed", before), ("added", after)])
    old, new = _WORD.findall(before), _WORD.findall(after)
    pieces: list[tuple[str, str]] = []
    i = j = 0
    for at, to, size in [*_runs([w.strip() for w in old], [w.strip() for w in new]), (len(old), len(new), 0)]:
        gone = "".join(old[i:at])
        # The text that is left may end where the one before went on: what it lost must not run into it.
        apart = gone and i and old[i - 1][-1].isspace() and j and not new[j - 1][-1].isspace()
        pieces += [("removed", f" {gone}" if apart else gone), ("added", "".join(new[j:to]))]
        pieces.append(("same", "".join(new[to : to + size])))
        i, j = at + size, to + size
    return _joined(pieces)


def _joined(pieces: Sequence[tuple[str, str]]) -> list[Piece]:
    """Neighbours of one kind are one piece, and nothing is none. A word stands apart from what took its place."""
    found: list[Piece] = []
    for kind, text in pieces:
        if found and found[-1].kind == kind:
            found[-1] = Piece(kind, found[-1].text + text)
        elif text:
            if found and (found[-1].kind, kind) == ("removed", "added") and not found[-1].text[-1].isspace():
                found[-1] = Piece("removed", f"{found[-1].text} ")
            found.append(Piece(kind, text))
    return found


def _runs(old: Sequence[str], new: Sequence[str]) -> list[Run]:
    """What both have, in order: most changes leave a long beginning and a long end, and only the middle is searched."""
    shorter = min(len(old), len(new))
    head = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    tail = next((i for i in range(shorter - head) if old[-1 - i] != new[-1 - i]), shorter - head)
    middle = _shortest(old[head : len(old) - tail], new[head : len(new) - tail])
    return [(0, 0, head), *((i + head, j + head, n) for i, j, n in middle), (len(old) - tail, len(new) - tail, tail)]


def _shortest(old: Sequence[str], new: Sequence[str]) -> list[Run]:
    """Words kept on the shortest way from one to the other (Myers 1986, O(ND)); none when it is too long a way.

    ``reach[k]``: how far into ``old`` one gets on the diagonal ``k`` with as many changes as the round has.
    """
    reach, rounds, steps = {1: 0}, [], 0
    for changes in range(len(old) + len(new) + 1):
        rounds.append(reach.copy())
        steps += 2 * changes + 1
        for k in range(-changes, changes + 1, 2):
            down = k == -changes or (k != changes and reach[k - 1] < reach[k + 1])
            i = start = reach[k + 1] if down else reach[k - 1] + 1
            while i < len(old) and i - k < len(new) and old[i] == new[i - k]:
                i += 1
            steps += i - start
            reach[k] = i
            if i >= len(old) and i - k >= len(new):
                return _way_back(rounds, len(old), len(new))
            if steps > STEPS:
                return []
    return []


def _way_back(rounds: Sequence[dict[int, int]], i: int, j: int) -> list[Run]:
    runs: list[Run] = []
    for changes in range(len(rounds) - 1, -1, -1):
        reach, k = rounds[changes], i - j
        down = k == -changes or (k != changes and reach[k - 1] < reach[k + 1])
        before = k + 1 if down else k - 1
        start = (reach[before] if down else reach[before] + 1) if changes else 0
        if i > start:
            runs.append((start, start - k, i - start))
        i = reach[before]
        j = i - before
    return runs[::-1]
