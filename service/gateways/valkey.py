"""Counts that all machines share, in Valkey or Redis: for rate limits, which the service can do without.

Nothing readable is stored: a key is a digest under the service's secret, and a value is three numbers. Each goes by
itself, two windows after it was last counted. Whoever stops the server, or empties it, gives everybody a new start and
nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

import structlog

from service.domain.breaker import Breaker
from service.domain.errors import ConfigurationError

#: Seconds that a request waits for it, at most, for each thing it says; it is in the same house.
PATIENCE = 0.1
#: Seconds for which it is not asked again after it has failed.
PAUSE = 5.0
PREFIX = b"taliq:limit:"
#: One hit by sliding window, in one step and by the server's own clock: the counts of this window and of the one
#: before, the latter weighted by how much of it still counts. What stands under the key and is no count, is none.
_HIT = """
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local most, seconds = tonumber(ARGV[1]), tonumber(ARGV[2])
local window = math.floor(now / seconds)
local stored = redis.pcall('GET', KEYS[1])
local at, before, count = string.match(type(stored) == 'string' and stored or '', '^(%d+) (%d+) (%d+)$')
at, before, count = tonumber(at) or window, tonumber(before) or 0, tonumber(count) or 0
if at ~= window then
    before, count = (at == window - 1) and count or 0, 0
end
if before * (1 - (now / seconds - window)) + count + 1 > most then
    return math.max(1, math.ceil((window + 1) * seconds - now))
end
local ttl = math.ceil((window + 2) * seconds - now)
redis.call('SET', KEYS[1], string.format('%d %d %d', window, before, count + 1), 'EX', ttl)
return 0
"""
log = structlog.get_logger("taliq")


class ValkeyCounts:
    """``digest``: 16 bytes of any words, the same on every machine and telling nothing about them."""

    def __init__(
        self, url: str, digest: Callable[..., bytes], elapsed: Callable[[], float] = time.monotonic
    ) -> None:
        redis = _library()
        self._client: Any = redis.Redis.from_url(
            # The client knows its own name for it only.
            url.replace("valkey", "redis", 1) if url.startswith("valkey") else url,
            socket_connect_timeout=PATIENCE,
            socket_timeout=PATIENCE,
            retry=redis.retry.Retry(redis.backoff.NoBackoff(), 0),
            protocol=2,
        )
        self._step: Any = self._client.register_script(_HIT)
        self._fault: type[Exception] = redis.exceptions.RedisError
        self._digest, self._breaker = digest, Breaker(PAUSE, elapsed)

    def hit(self, count: int, seconds: int, *key: str) -> int | None:
        """Counts one; 0 when there are at most ``count`` in any ``seconds``, else the seconds until another may be. A
        refused one is not counted. ``None``: the server cannot be asked now.
        """
        if not self._breaker.allows():
            return None
        name = PREFIX + self._digest("limit", *key, str(seconds))
        try:
            wait = int(self._step(keys=[name], args=[count, seconds]))
        except (self._fault, OSError, ValueError) as error:
            if self._breaker.failed():
                log.warning("limits.alone", error=type(error).__name__)
            return None
        if self._breaker.answered():
            log.warning("limits.shared")
        return wait

    def close(self) -> None:
        self._client.close()


def _library() -> ModuleType:
    try:
        import redis
    except ImportError:
        raise ConfigurationError("TALIQ_LIMITS_URL needs a library: pip install 'taliq[valkey]'.") from None
    return redis
