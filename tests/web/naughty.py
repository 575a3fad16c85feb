"""The Big List of Naughty Strings as comments: each as name, text and, where a reader could, the article's title."""

from __future__ import annotations

import json
import os
from pathlib import Path
from uuid import UUID

from service.domain.errors import InvalidError
from service.domain.moderation import Action
from service.usecases.decide_comments import DecisionRequest
from tests.newsroom import Newsroom

CORPUS = os.environ.get("CORPUS")
PER_THREAD = 50
#: Our own few, for where the corpus is not.
SAMPLE = [
    "</script><script>alert(1)</script>", "<!--", "<!--<script>", "-->", "]]>", "<![CDATA[", "&amp;&#0;&lt;",
    "\x00\x0b\x1f", "\u2028\u2029", "\ufffe\uffff", "\ud7ff\ue000", "\U0001f600\U0010fffd", "\\u003c/script>", "'\"`",
    "\ufeff", "\u202eسلمى",
    "Ṱ̺̺̕o͞ ̷i̲̬͇̪͙n̝̗͕v̟̜̘̦͟o̶̙̰̠kè͚̮̺̪̹̱̤", "<?xml version='1.0'?>", "&#xFFFE;", "{% print 1 %}", "${7*7}", "a\tb\nc\rd",
]  # fmt: skip


def strings() -> list[str]:
    if CORPUS is None:
        return SAMPLE
    found: list[str] = json.loads((Path(CORPUS) / "unicode" / "blns.json").read_text("utf-8"))
    assert len(found) == 515
    return [*found, *SAMPLE]


def approve_all(room: Newsroom) -> dict[str, list[str]]:
    """Approves every string, fifty to a thread. Each thread's key, and the ids of its comments, oldest first.

    A string that cannot be a name, or that nobody would see as a text, is sent as the other of the two.
    """
    threads: dict[str, list[str]] = {}
    for number, odd in enumerate(strings()):
        key = f"naughty-{number // PER_THREAD}"
        for fields in ({"name": odd, "body": odd + " "}, {"body": odd}, {"name": odd}, {}):
            plain = {"name": "قارئ", "body": f"نص {number}"}
            try:
                comment = room.pending(thread=key, title=odd, **{**plain, **fields})
            except InvalidError:
                continue
            threads.setdefault(key, []).append(str(comment))
            break
    for ids in threads.values():
        requests = [DecisionRequest(UUID(i), Action.APPROVE, 1) for i in ids]
        _, outcomes = room.container.decide_comments.many(room.principal, requests)
        assert all(o.decision for o in outcomes)
    return threads

