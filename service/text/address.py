"""Email addresses: syntax by email-validator, without asking the network."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from email_validator import EmailNotValidError, validate_email


@dataclass(frozen=True)
class Address:
    """A valid address. ``normalized`` is what mail is sent to; ``canonical`` is what equality means."""

    normalized: str = field(repr=False)
    canonical: str = field(repr=False)

    @property
    def domain(self) -> str:
        """As the network knows it: A-labels, lower case."""
        return self.canonical.rpartition("@")[2]


def check_address(typed: str) -> Address | None:
    """The address, or ``None`` when it is not one.

    Internationalised local parts and domains are accepted. No DNS is asked: a request never waits for it.
    Two spellings that differ in case, in Unicode form or in punycode have one ``canonical`` form.
    """
    try:
        found = validate_email(typed, check_deliverability=False, allow_smtputf8=True, strict=True)
    except EmailNotValidError:
        return None
    domain = found.ascii_domain or found.domain
    local = unicodedata.normalize("NFC", found.local_part.casefold())
    return Address(found.normalized, f"{local}@{domain.casefold()}")
