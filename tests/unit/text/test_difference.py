"""Differences between texts: they spell both, they mark what changed, and no text makes them slow."""

from __future__ import annotations

import random
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.text import difference as module
from service.text.difference import LIMIT, Piece, difference


def marked(before: str, after: str) -> str:
    around = {"same": "{}", "added": "[+{}]", "removed": "[-{}]"}
    return "".join(around[p.kind].format(p.text) for p in difference(before, after))


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("", "", ""),
        ("كلمة", "كلمة", "كلمة"),
        ("", "كلمة", "[+كلمة]"),
        ("كلمة", "", "[-كلمة]"),
        ("one", "two", "[-one ][+two]"),
        ("النهر بين سدّين", "النهر الكبير بين سدّين", "النهر [+الكبير ]بين سدّين"),
        ("one two three", "one three", "one [-two ]three"),
        ("one two three", "one 2 three", "one [-two ][+2 ]three"),
        ("a b c d", "a x c y", "a [-b ][+x ]c [-d ][+y]"),
        ("not guilty", "guilty", "[-not ]guilty"),
        ("تحليل متوازن، شكراً.", "تحليل متوازن جداً، شكراً", "تحليل متوازن [+جداً]، شكراً[-.]"),
        ("yes (no) yes", "yes yes", "yes [-(no) ]yes"),
        ("same  words\nhere", "same words here", "same words here"),
        (" led by space", "led by space", "[- ]led by space"),
        ("a a a", "a a", "a a[- a]"),
        ("انظر https://a1.example/x?y=1، ثم", "انظر https://a2.example/x?y=2، ثم",
         "انظر [-https://a1.example/x?y=1 ][+https://a2.example/x?y=2]، ثم"),
        ("زوروا a1.example/x. الآن", "زوروا a2.example/x. الآن", "زوروا [-a1.example/x ][+a2.example/x]. الآن"),
        ("End. Next", "End.Next", "End.Next"),
    ],
)
def test_what_changed_is_marked(before: str, after: str, told: str) -> None:
    assert marked(before, after) == told


words = st.lists(st.sampled_from(["a", "b", "c", "كلمة", "\u202e", "a,", "(b)", "؟"]), max_size=40).map(" ".join)


@given(words, words)
@settings(max_examples=300, deadline=None)
def test_the_pieces_spell_both_texts(before: str, after: str) -> None:
    pieces = difference(before, after)
    assert "".join(p.text for p in pieces if p.kind != "removed") == after
    assert "".join("".join(p.text for p in pieces if p.kind != "added").split()) == "".join(before.split())
    assert all(p.text for p in pieces)
    assert all(one.kind != other.kind for one, other in pairwise(pieces))


@given(words, words)
@settings(max_examples=300, deadline=None)
def test_no_shorter_way_is_missed(before: str, after: str) -> None:
    """As many words are kept as the longest common subsequence has, computed the slow way."""
    cut = module._WORD.findall
    old, new = [w.strip() for w in cut(before)], [w.strip() for w in cut(after)]
    table = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i, one in enumerate(old):
        for j, other in enumerate(new):
            table[i + 1][j + 1] = table[i][j] + 1 if one == other else max(table[i][j + 1], table[i + 1][j])
    kept = [w for p in difference(before, after) if p.kind == "same" for w in cut(p.text)]
    assert len(kept) == table[-1][-1]


def chosen(seed: int, alphabet: int) -> str:
    pick = random.Random(seed)
    return " ".join(chr(0x627 + pick.randrange(alphabet)) for _ in range(LIMIT // 2))


WORST = {
    "one word again and again": ("a " * 5_000, "b " + "a " * 4_998),
    "one word against two": ("a " * 5_000, "a b " * 2_500),
    "two words by chance": (chosen(1, 2), chosen(2, 2)),
    "thirty words by chance": (chosen(1, 30), chosen(2, 30)),
    "nothing in common": ("a " * 5_000, "b " * 5_000),
    "turned round": (" ".join(map(str, range(2_000))), " ".join(map(str, reversed(range(2_000))))),
    "moved": ("a " * 2_500 + "b " * 2_500, "b " * 2_500 + "a " * 2_500),
    "spaces only": (" " * 10_000, " a" * 5_000),
    "marks only": (", " * 5_000, ". " * 5_000),
    "words and marks": ("a," * 5_000, "a.b," * 2_500),
    "one long word": ("a" * 10_000, "a" * 9_999 + "b"),
}


@pytest.mark.parametrize("name", WORST)
def test_no_text_makes_it_slow(name: str) -> None:
    before, after = WORST[name][0][:LIMIT], WORST[name][1][:LIMIT]
    times = []
    for _ in range(5):
        start = time.process_time()
        difference(before, after)
        times.append(time.process_time() - start)
    assert min(times) < 0.05
    pieces = difference(before, after)
    assert "".join(p.text for p in pieces if p.kind != "removed") == after


def test_texts_too_far_apart_are_one_replaced_by_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STEPS", 10)
    told = difference("same a b c d e f same", "same 1 b 2 d 3 f same")
    assert told == [
        Piece("same", "same "),
        Piece("removed", "a b c d e "),
        Piece("added", "1 b 2 d 3 "),
        Piece("same", "f same"),
    ]
    assert [p.kind for p in difference("a" * (LIMIT + 1), "a")] == ["removed", "added"]
