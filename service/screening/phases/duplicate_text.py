"""The site has received this text before.

What is more than a few words is held. A few words without an address many people say: under news of a death hundreds
write the same two, and holding them would cost each of them the wait and the moderators the afternoon. Those are only
counted, and stand together in the queue where the site holds everything anyway; they are held when one thread has had
``MANY`` within ten minutes, which is a chorus or a program, and one decision for all of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from service.screening.facts import Facts, Finding, Outcome
from service.text.shingles import is_short

MANY = 10


def duplicate_text(facts: Facts) -> Iterator[Finding]:
    if not facts.gathered.text_seen.value:
        return
    if not is_short(facts.folded.text):
        yield Finding("duplicate_text", "same_folded_text")
    elif facts.gathered.alike.value.lately >= MANY:
        yield Finding("duplicate_text", f"short_text:{MANY}_in_10m")
    else:
        yield Finding("duplicate_text", "short_text", outcome=Outcome.NOTE)
