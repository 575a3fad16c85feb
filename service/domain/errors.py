"""Every deliberate error of the service: one root, a stable code, public facts apart from private ones.

``code`` names the error for programs and for the catalogues (``error.<code>``). ``public`` may be shown to
whoever asked. ``private`` goes to the log and never holds a reader's text or address.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class FieldError:
    """One field that has to be mended: its name, a stable code, and the numbers its text needs."""

    field: str
    code: str
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)


class ServiceError(Exception):
    """Root of the tree; only its children are raised."""

    code = "internal"

    def __init__(
        self,
        code: str | None = None,
        *,
        public: Mapping[str, object] | None = None,
        private: Mapping[str, object] | None = None,
    ) -> None:
        self.code = code or type(self).code
        self.public = dict(public or {})
        self.private = dict(private or {})
        super().__init__(self.code)


class MalformedError(ServiceError):
    """The request could not be read at all."""

    code = "malformed_request"


class InvalidError(ServiceError):
    """The request was read; some fields have to be mended. Carries all of them at once."""

    code = "invalid"

    def __init__(self, fields: Sequence[FieldError]) -> None:
        super().__init__()
        self.fields = tuple(fields)


class UnauthenticatedError(ServiceError):
    """Nobody is signed in, or the token is unknown, expired or revoked."""

    code = "unauthenticated"


class ForbiddenError(ServiceError):
    """Known, but not allowed."""

    code = "forbidden"


class NotFoundError(ServiceError):
    """Does not exist, or belongs to another site: the two are not told apart."""

    code = "not_found"


class ConflictError(ServiceError):
    """The thing has changed since it was read, or the step is not allowed from where it stands."""

    code = "transition_not_allowed"


class TooLargeError(ServiceError):
    """More bytes than the service reads."""

    code = "too_large"


class UnsupportedMediaTypeError(ServiceError):
    """A body of a type this address does not read."""

    code = "unsupported_media_type"


class RateLimitedError(ServiceError):
    """Too many requests; try again after ``retry_after`` seconds."""

    code = "rate_limited"

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after


class UnavailableError(ServiceError):
    """A part the service cannot do without is not answering; nothing was stored."""

    code = "unavailable"


class ConfigurationError(ServiceError):
    """The operator has to mend something before the service can start; ``sentence`` says what."""

    code = "configuration"

    def __init__(self, sentence: str) -> None:
        super().__init__(public={"sentence": sentence})
        self.sentence = sentence

    def __str__(self) -> str:
        return self.sentence
