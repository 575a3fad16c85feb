"""What is asked of a server, what its answer has to be, and what was found when it was asked many times."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from service.bench.service_load.wire import Answer, Broken, Line, request

#: How many comments, or how large a count, an answer tells of.
Reading = Callable[[Any], int]


class Refused(Exception):
    """An answer is not what it has to be: its rate would count for nothing."""


@dataclass(frozen=True)
class Ask:
    """One request, and its right answer: ``code``; how many ``comments`` its JSON tells of, by ``read``, ``None`` where
    there is no body; how it is packed (``gzip`` or not at all); whether it has a ``tag``.
    """

    request: bytes
    comments: int | None
    read: Reading
    code: int = 200
    encoding: str = ""
    tag: bool = True

    def verify(self, answer: Answer) -> None:
        """``Refused`` says what is wrong with an answer."""
        if answer.code != self.code:
            raise Refused(f"{answer.code} came where {self.code} has to")
        packed = answer.headers.get("content-encoding", "")
        # 304 has no content that could be packed.
        if self.comments is not None and packed != self.encoding:
            raise Refused(f"packed as {packed or 'nothing'!r}, not as {self.encoding or 'nothing'!r}")
        if self.tag and not answer.headers.get("etag", "").startswith('"'):
            raise Refused("no strong ETag")
        found = self._comments(answer)
        if found != self.comments:
            raise Refused(f"{found} comments came where {self.comments} have to")

    def _comments(self, answer: Answer) -> int | None:
        if not answer.body:
            return None
        try:
            body = gzip.decompress(answer.body) if self.encoding == "gzip" else answer.body
            return self.read(json.loads(body))
        except (ValueError, LookupError, TypeError, OSError, EOFError, zlib.error):
            raise Refused("the body could not be read") from None


@dataclass(frozen=True)
class Verified:
    """Requests whose answers were right when each was asked once, and how many bytes each of those had. ``tolerance``:
    the part of it by which others may be longer or shorter.
    """

    asks: tuple[Ask, ...]
    sizes: tuple[int, ...]
    tolerance: float = 0.0


def verified(port: int, asks: Sequence[Ask]) -> Verified:
    """Asks each once; ``Refused`` for the first whose answer is wrong."""
    line, sizes = Line(port), []
    try:
        for ask in asks:
            answer = line.ask(ask.request)
            ask.verify(answer)
            sizes.append(answer.size)
    except (Broken, OSError) as error:
        raise Refused(f"no answer: {error}") from None
    finally:
        line.close()
    return Verified(tuple(asks), tuple(sizes))


def tag_of(port: int, path: str, headers: dict[str, str]) -> str:
    """The ETag of what comes when it is asked so; ``Refused`` when there is none."""
    line = Line(port)
    try:
        tag = line.ask(request("GET", path, headers)).headers.get("etag")
    except (Broken, OSError) as error:
        raise Refused(f"no answer: {error}") from None
    finally:
        line.close()
    if tag is None:
        raise Refused("no ETag to ask with")
    return tag


@dataclass(frozen=True)
class Sample:
    """What one loader counted: right ``answers`` in so many ``seconds``, and in milliseconds what half of them and 99
    of 100 came within. ``faults``: what was not right; with any of them the rate does not count.
    """

    answers: int
    seconds: float
    p50: float
    p99: float
    faults: tuple[str, ...] = field(default=())

    @property
    def rate(self) -> float:
        return self.answers / self.seconds if self.seconds else 0.0
