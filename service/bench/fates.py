"""What becomes of the comments of a load, in what shares."""

from __future__ import annotations

from collections.abc import Mapping

#: Of a thousand comments, how many go which way, step by step from when they have come in.
FATES: Mapping[tuple[str, ...], int] = {
    (): 95,
    ("approve", "reopen"): 5,
    ("approve",): 560,
    # Published by the site's policy, and no moderator has looked.
    ("publish",): 60,
    ("reject", "undo", "approve"): 20,
    ("approve", "edit"): 20,
    ("approve", "report"): 20,
    ("approve", "report", "approve"): 20,
    ("reject",): 110,
    ("approve", "reject"): 20,
    ("spam",): 50,
    ("approve", "withdraw"): 12,
    ("approve", "erase"): 8,
}
BLOCK = sum(FATES.values())
#: One comment of ten stands in one thread.
HOT_ONE_IN = 10
_SLOTS = tuple(fate for fate, share in FATES.items() for _ in range(share))


def fate_of(number: int) -> tuple[str, ...]:
    """The fate of the comment of that number: each thousand holds all of them, in an order of its own."""
    block, place = divmod(number, BLOCK)
    return _SLOTS[(place * 617 + block * 389) % BLOCK]


def is_hot(number: int) -> bool:
    """Whether it stands in the thread that holds a tenth of all."""
    return number % HOT_ONE_IN == 3
