"""A site's policy: data the newsroom sets, as a frozen value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from service.domain.errors import FieldError, InvalidError
from service.i18n import LANGUAGES
from service.text.urls import origin_of

MODES = ("hold_all", "publish")
EMAIL = ("required", "optional")
WEBSITE = ("off", "optional", "required")
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")


@dataclass(frozen=True)
class SitePolicy:
    """What a site asks of its readers, and where it lives.

    ``mode``: ``hold_all`` holds every comment, ``publish`` shows those no check objects to.
    ``origins``: the exact origins (``https://news.example``) its articles are served from.
    """

    mode: str = "hold_all"
    email: str = "required"
    website: str = "optional"
    language: str = "ar"
    origins: tuple[str, ...] = ()

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> SitePolicy:
        """The policy stored as data. Keys it does not know are ignored: an older release may read newer rows."""
        known = {k: v for k, v in data.items() if k in cls.__dataclass_fields__}
        origins = known.pop("origins", ())
        assert isinstance(origins, Sequence)
        return cls(**{k: str(v) for k, v in known.items()}, origins=tuple(str(o) for o in origins))

    def to_data(self) -> dict[str, object]:
        return {**asdict(self), "origins": list(self.origins)}

    def changed(self, changes: Mapping[str, str | Sequence[str]]) -> SitePolicy:
        """This policy with some keys set; ``InvalidError`` naming every key or value that is not known."""
        errors: list[FieldError] = []
        allowed = {"mode": MODES, "email": EMAIL, "website": WEBSITE, "language": LANGUAGES}
        for key, value in changes.items():
            if key == "origins":
                errors += [FieldError("origins", "url_invalid") for o in value if origin_of(o) is None]
            elif key not in allowed or value not in allowed[key]:
                errors.append(FieldError(key, "not_listed"))
        if errors:
            raise InvalidError(errors)
        values: dict[str, object] = dict(changes)
        if "origins" in changes:
            values["origins"] = tuple(dict.fromkeys(o for o in map(origin_of, changes["origins"]) if o))
        return replace(self, **values)  # type: ignore[arg-type]

    def owns(self, url: str) -> bool:
        """Whether a page address lies under one of the site's origins."""
        origin = origin_of(url)
        return origin is not None and origin in self.origins


def check_slug(slug: str) -> str:
    """``slug`` when it can stand in an address, else ``InvalidError``."""
    if not SLUG.fullmatch(slug):
        raise InvalidError([FieldError("site", "not_listed")])
    return slug
