"""Where the comments of a load stand: its site, threads and moderators, and the keys it is made with."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from service.bench.dice import Dice
from service.bench.fates import is_hot
from service.domain.moderation import Actor
from service.domain.ports import Signer, Vault
from service.settings import Settings

SLUG = "bench"
ORIGIN = "https://news.example"
STAFF = ("sara", "omar", "layla", "karim", "hala", "nour")
SECTIONS = ("politics", "economy", "culture", "sport", "science", "opinion", "local", "world")
#: A load lasts a year, however many comments it has.
START, SPAN = datetime(2025, 11, 1, tzinfo=UTC), timedelta(days=365)
END = START + SPAN
HOT_KEY = "article-0"
_PER_THREAD = 50


@dataclass(frozen=True)
class Scene:
    """``rows`` comments from ``seed``, on a site that is there."""

    rows: int
    seed: int
    site: UUID
    staff: tuple[Actor, ...]
    vault: Vault
    signer: Signer

    @property
    def threads(self) -> int:
        return max(2, self.rows // _PER_THREAD)

    def moment(self, number: int) -> datetime:
        """When the comment of that number came in: to the millisecond, each later than the one before."""
        return START + timedelta(milliseconds=number * (SPAN // timedelta(milliseconds=1)) // self.rows)

    def with_a_hot_one(self, number: int, dice: Dice) -> int:
        """The thread of a comment where a tenth of all stands in one."""
        return 0 if is_hot(number) else 1 + dice.below(self.threads - 1)

    def thread_id(self, thread: int) -> UUID:
        return Dice(self.seed, -1 - thread).id_at(START)

    def thread_row(self, thread: int) -> dict[str, object]:
        return {
            "id": self.thread_id(thread),
            "site_id": self.site,
            "key": f"article-{thread}",
            "url": f"{ORIGIN}/a/{thread}",
            "title": f"مقال رقم {thread}",
            "section": SECTIONS[thread % len(SECTIONS)],
            "state": "open",
            "comment_count": 0,
            "created_at": START,
        }


def settings_of(database_url: str, seed: int) -> Settings:
    """Settings with keys that everybody knows: for what is measured, never for what a reader has sent."""
    return Settings(
        database_url=database_url,
        secret_key=_key(seed, "secret"),
        index_key=_key(seed, "index"),
        vault_keys=f"bench:{_key(seed, 'vault')}",
        public_url="http://127.0.0.1",
    )


def _key(seed: int, purpose: str) -> str:
    digest = hashlib.sha256(f"taliq bench {purpose} {seed}".encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
