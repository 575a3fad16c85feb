"""Codes that change with time: RFC 6238 over RFC 4226, with SHA-1, six digits and thirty seconds, as every
authenticator understands them.
"""

from __future__ import annotations

import base64
import hmac
import secrets
import unicodedata
from datetime import datetime
from urllib.parse import quote

from service.text.constant_time import equal

SECONDS = 30
DIGITS = 6
#: Steps a clock may be off, either way.
WINDOW = 1
ISSUER = "Taliq"


def new_secret() -> str:
    """160 random bits in base32, as authenticators take them."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_of(secret: str, step: int, digits: int = DIGITS) -> str:
    """The code of one step of thirty seconds since 1970."""
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def step_at(now: datetime) -> int:
    return int(now.timestamp()) // SECONDS


def matching_step(secret: str, typed: str, now: datetime, after: int) -> int | None:
    """The step whose code was typed, within the window and later than ``after``: no code counts twice.

    Takes the same time whichever it is. Digits may be of any script, with spaces between.
    """
    given, current, found = digits_of(typed), step_at(now), None
    for step in range(current - WINDOW, current + WINDOW + 1):
        if equal(given, code_of(secret, step)) and step > after:
            found = step
    return found


def digits_of(typed: str) -> str:
    """What was typed without spaces, its digits as 0 to 9."""
    kept = (c for c in typed if not c.isspace())
    return "".join(str(unicodedata.digit(c, c)) for c in kept)


def link(secret: str, login: str) -> str:
    """An ``otpauth`` address: an authenticator on the same device opens it."""
    label = f"{ISSUER}:{login}"
    return f"otpauth://totp/{quote(label)}?secret={secret}&issuer={ISSUER}&digits={DIGITS}&period={SECONDS}"
