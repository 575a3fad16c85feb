"""What a reader may send, and what is wrong with it.

Limits are in code points after CRLF became LF and the text was brought to NFC; the browser counts the same
way. Nothing is ever cut to fit: what is too long is an error of its field.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from service.domain.errors import FieldError
from service.domain.site import SitePolicy
from service.domain.threads import MAX_KEY, thread_key
from service.text.address import Address, check_address
from service.text.clean import clean_body, clean_line, length
from service.text.links import add_scheme, check_link
from service.text.sanitize import MAX_MARKUP
from service.text.urls import canonical_url

LIMITS: Mapping[str, int] = {
    "name": 100,
    "email": 254,
    "website": 2_000,
    "body": 10_000,
    "thread": MAX_KEY,
    "url": 2_048,
    "title": 300,
}
#: The flat names of a submission. Anything else in a request is dropped unread.
FIELDS: tuple[str, ...] = (
    "thread", "url", "title", "name", "email", "website", "body", "parent", "submission_id", "lang",
)  # fmt: skip
#: What our form sends besides, for screening only: neither is stored, nor part of what makes a repeat.
TOKEN, TRAP = "token", "subject"
#: What the browser of a reader who wants to be remembered sends besides: what it was given with an earlier comment, and
#: the wish to be given it again. Neither is stored, nor part of what makes a repeat.
DEVICE, REMEMBER = "device", "remember"
_SUBMISSION_ID = re.compile(r"[A-Za-z0-9_-]{22,64}")


@dataclass(frozen=True)
class Submission:
    """A submission whose fields are all in order."""

    thread_key: str
    url: str | None
    title: str
    name: str
    address: Address | None
    website: str | None
    body: str
    parent: UUID | None
    submission_id: str | None


@dataclass
class _Reading:
    raw: Mapping[str, object]
    errors: list[FieldError] = field(default_factory=list)

    def refuse(self, name: str, code: str, **params: object) -> None:
        if all(e.field != name for e in self.errors):
            self.errors.append(FieldError(name, code, params))

    def text(self, name: str) -> str:
        """The raw text of a field; nothing sent and ``null`` are both empty."""
        value = self.raw.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.refuse(name, "not_text")
            return ""
        return value

    def limited(self, name: str, value: str) -> str:
        if length(value) > LIMITS[name]:
            self.refuse(name, "too_long", limit=LIMITS[name])
        return value


def read_submission(raw: Mapping[str, object], policy: SitePolicy) -> tuple[Submission, list[FieldError]]:
    """What ``raw`` says, and every field error in it at once. With errors the submission is only good for
    looking for more of them.
    """
    reading = _Reading(raw)
    key = reading.limited("thread", thread_key(reading.text("thread"), reading.text("url")))
    submission = Submission(
        thread_key=key,
        url=_url(reading, policy),
        title=reading.limited("title", clean_line(reading.text("title"))),
        name=_name(reading),
        address=_address(reading, policy),
        website=_website(reading, policy),
        body=_body(reading),
        parent=_parent(reading),
        submission_id=_submission_id(reading),
    )
    if not key and not any(e.field in ("thread", "url") for e in reading.errors):
        reading.refuse("thread", "thread_required")
    return submission, reading.errors


def read_amendment(raw: Mapping[str, object]) -> tuple[str, list[FieldError]]:
    """A comment's new text, under the limits of its first, and what is wrong with it."""
    reading = _Reading(raw)
    return _body(reading), reading.errors


def _url(reading: _Reading, policy: SitePolicy) -> str | None:
    """The article's address, when it is one of the site's; it only ever starts an unknown thread."""
    typed = reading.limited("url", reading.text("url"))
    if not typed.strip():
        return None
    url = canonical_url(typed)
    if url is None:
        reading.refuse("url", "url_invalid")
    elif not policy.owns(url):
        reading.refuse("url", "url_foreign")
    return url


def _name(reading: _Reading) -> str:
    name = reading.limited("name", clean_line(reading.text("name")))
    if not name:
        reading.refuse("name", "required")
    return name


def _address(reading: _Reading, policy: SitePolicy) -> Address | None:
    typed = reading.limited("email", reading.text("email").strip())
    if not typed:
        if policy.email == "required":
            reading.refuse("email", "required")
        return None
    address = check_address(typed) if length(typed) <= LIMITS["email"] else None
    if address is None:
        reading.refuse("email", "email_invalid")
    return address


def _website(reading: _Reading, policy: SitePolicy) -> str | None:
    if policy.website == "off":
        return None
    typed = reading.limited("website", reading.text("website").strip())
    if not typed:
        if policy.website == "required":
            reading.refuse("website", "required")
        return None
    website = check_link(add_scheme(typed), max_length=LIMITS["website"])
    if website is None:
        reading.refuse("website", "website_invalid")
    return website


def _body(reading: _Reading) -> str:
    body = reading.limited("body", clean_body(reading.text("body")))
    if not body:
        reading.refuse("body", "required")
    elif body.count("<") > MAX_MARKUP:
        reading.refuse("body", "too_much_markup", limit=MAX_MARKUP)
    return body


def _parent(reading: _Reading) -> UUID | None:
    typed = reading.text("parent").strip()
    if not typed:
        return None
    try:
        return UUID(typed)
    except ValueError:
        reading.refuse("parent", "parent_unknown")
        return None


def is_submission_id(typed: object) -> bool:
    """22 to 64 characters of base64url, so that 128 random bits fit, and not plainly lazy ones."""
    return isinstance(typed, str) and bool(_SUBMISSION_ID.fullmatch(typed)) and len(set(typed)) >= 8


def _submission_id(reading: _Reading) -> str | None:
    """The retry key."""
    typed = reading.text("submission_id")
    if not typed:
        return None
    if not is_submission_id(typed):
        reading.refuse("submission_id", "submission_id_invalid")
    return typed


def wants_remembering(raw: Mapping[str, object]) -> bool:
    """Whether the reader has said so, in one of the ways programs and forms say yes. Anything else is no."""
    return raw.get(REMEMBER) in (True, "1", "true", "on")
