"""Models that have learnt from comments of our own writing, put where the worker stores them."""

from __future__ import annotations

from functools import cache
from random import Random
from uuid import UUID

from service.learning.learner import Learner, features_of_comment
from service.learning.packing import pack
from service.storage import learners
from tests.newsroom import Newsroom
from tests.triage_sample import COMMENTS

#: What such a model calls likely bad and likely fine.
BAD, GOOD = "يا لك من كلب حقير ولا تفهم شيئا", "المقال ممتاز ومفيد جدا كالعادة"


@cache
def model(decisions: int = 280, *, turned: bool = False) -> bytes:
    """``turned``: what is rude is approved, and the other way round."""
    learner = Learner()
    for number, (text, bad) in enumerate(Random(8).sample(COMMENTS, 320)[:decisions]):
        learner.decided(number.to_bytes(16, "big"), features_of_comment(text, "ar"), bad is not turned)
    return pack(learner)


def store(room: Newsroom, data: bytes, site: UUID | None = None) -> None:
    def change(session: object) -> None:
        row = learners.lock(session, site or room.site.id)  # type: ignore[arg-type]
        row.data, row.version = data, row.version + 1

    room.container.learn_decisions._uow.run(change)
