"""A site's policy: data the newsroom sets, as a frozen value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from service.domain.errors import FieldError, InvalidError
from service.domain.moderation import Status
from service.i18n import LANGUAGES
from service.text.links import check_link
from service.text.urls import origin_of

MODES = ("hold_all", "hold_first_timers", "publish", "closed")
#: Those a thread may have in place of its site's. One thread is closed by its state.
THREAD_MODES = MODES[:3]
#: In which something may appear that nobody has read.
UNREAD = frozenset({"hold_first_timers", "publish"})
CLOSED = "closed"
EMAIL = ("required", "optional")
WEBSITE = ("off", "optional", "required")
#: How long shared caches keep public reads, twice.
CACHED = ("cache_seconds", "stale_seconds")
#: What is set as a whole number, and how far each goes: a week in which a reader may still change a comment, ten years
#: after which a discussion closes, more links than anybody reads, a day in a cache.
NUMBERS: Mapping[str, int] = {
    "edit_minutes": 7 * 24 * 60,
    "close_days": 3_650,
    "hold_links": 100,
    **dict.fromkeys(CACHED, 24 * 60 * 60),
}
#: Seconds after which the service itself shows no longer what was taken away, in whichever process.
GONE_HERE = 1
#: Texts one comment may have. Somebody who needs more is not correcting.
MAX_REVISIONS = 20
#: Texts one comment may have together with those that moderators have made of it by taking words out.
MAX_TEXTS = 2 * MAX_REVISIONS
MAX_LINK = 2_048
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")


@dataclass(frozen=True)
class SitePolicy:
    """What a site asks of its readers, and where it lives.

    ``mode``: ``hold_all`` holds every comment; ``hold_first_timers`` shows those no check objects to, of authors who
    have proven who they are and of whom a moderator has approved one; ``publish`` shows all that no check objects to;
    ``closed`` takes none, but in threads with a mode of their own.
    ``origins``: the exact origins (``https://news.example``) its articles are served from.
    ``edit_minutes``: how long after sending a reader may change the text; 0 for not at all.
    ``close_days``: after how many days a thread takes no more comments; 0 for never.
    ``hold_links``: from how many links on a comment is held; 0 for never.
    ``cache_seconds``: how long shared caches may keep public reads (``s-maxage``). ``stale_seconds``: how long after
    that they may still show them while they ask again (``stale-while-revalidate``); 0 for not at all.
    ``privacy_url``: where the site says what it does with readers' data; the form links to it when it is set.
    """

    mode: str = "hold_all"
    email: str = "required"
    website: str = "optional"
    language: str = "ar"
    origins: tuple[str, ...] = ()
    edit_minutes: int = 15
    close_days: int = 0
    hold_links: int = 2
    cache_seconds: int = 1
    stale_seconds: int = 0
    privacy_url: str = ""

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> SitePolicy:
        """The policy stored as data. Keys it does not know are ignored: an older release may read newer rows."""
        known = {k: v for k, v in data.items() if k in cls.__dataclass_fields__}
        origins = known.pop("origins", ())
        assert isinstance(origins, Sequence)
        values: dict[str, Any] = {k: int(str(v)) if k in NUMBERS else str(v) for k, v in known.items()}
        return cls(**values, origins=tuple(str(o) for o in origins))

    def to_data(self) -> dict[str, object]:
        return {**asdict(self), "origins": list(self.origins)}

    def changed(self, changes: Mapping[str, str | Sequence[str]]) -> SitePolicy:
        """This policy with some keys set; ``InvalidError`` naming every key or value that is not known."""
        errors: list[FieldError] = []
        allowed = {"mode": MODES, "email": EMAIL, "website": WEBSITE, "language": LANGUAGES}
        for key, value in changes.items():
            if key == "origins":
                errors += [FieldError("origins", "url_invalid") for o in value if origin_of(o) is None]
            elif key in NUMBERS:
                if not _is_number(value, NUMBERS[key]):
                    errors.append(FieldError(key, "not_integer"))
            elif key == "privacy_url":
                if value and check_link(str(value), max_length=MAX_LINK) is None:
                    errors.append(FieldError(key, "url_invalid"))
            elif key not in allowed or value not in allowed[key]:
                errors.append(FieldError(key, "not_listed"))
        if errors:
            raise InvalidError(errors)
        values: dict[str, object] = dict(changes)
        if "origins" in changes:
            values["origins"] = tuple(dict.fromkeys(o for o in map(origin_of, changes["origins"]) if o))
        values |= {name: int(str(changes[name])) for name in NUMBERS if name in changes}
        return replace(self, **values)  # type: ignore[arg-type]

    def editable_until(self, status: Status, created_at: datetime, revisions: int) -> datetime | None:
        """Until when an author may change the text; ``None`` for not at all. An edit does not mend what was refused."""
        if status not in (Status.PENDING, Status.APPROVED) or revisions >= MAX_REVISIONS or not self.edit_minutes:
            return None
        return created_at + timedelta(minutes=self.edit_minutes)

    @property
    def seen_seconds(self) -> int:
        """For how long at most a shared cache that hears of nothing shows what was taken away."""
        return self.cache_seconds + self.stale_seconds + GONE_HERE

    @property
    def kept_longer(self) -> bool:
        """Whether shared caches keep public reads for so long that they have to be told what to let go of."""
        return self.seen_seconds > SitePolicy().seen_seconds

    @property
    def state(self) -> str:
        """Whether readers may write in a thread nobody knows yet: ``open`` or ``closed``."""
        return "closed" if self.mode == CLOSED else "open"

    def owns(self, url: str) -> bool:
        """Whether a page address lies under one of the site's origins."""
        origin = origin_of(url)
        return origin is not None and origin in self.origins


def _is_number(value: object, most: int) -> bool:
    text = str(value)
    return text.isascii() and text.isdigit() and len(text) < 10 and int(text) <= most


def check_slug(slug: str) -> str:
    """``slug`` when it can stand in an address, else ``InvalidError``."""
    if not SLUG.fullmatch(slug):
        raise InvalidError([FieldError("site", "not_listed")])
    return slug
