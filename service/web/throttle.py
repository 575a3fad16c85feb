"""Rate limits, in the memory of this process. Networks are counted under a keyed digest and forgotten with their
window; none is stored.

Another process counts for itself, unless there is a place where all of them count: two workers let through twice as
much. While that place does not answer, memory is what there is. The counter is our own because the library's never
lets go of a key: 100,000 networks cost it 100 MB for good.
"""

from __future__ import annotations

import hmac
import ipaddress
import math
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from service.domain.errors import RateLimitedError
from service.domain.ports import SharedCounts
from service.settings import Network, Settings

#: Keys remembered at most. Beyond it the one that was quiet longest is forgotten.
MAX_KEYS = 200_000


@dataclass(frozen=True)
class Limit:
    """At most ``count`` in any ``seconds``."""

    count: int
    seconds: int


#: Sign-in attempts: for one account from one network, and from one network at all.
SIGN_IN_ACCOUNT = Limit(10, 900)
SIGN_IN_NETWORK = Limit(60, 900)
#: Reports of one network. Whoever reads sends a few; a flood of them keeps moderators from their work.
REPORTS = (Limit(10, 60), Limit(60, 3_600))
#: Addresses one moderator may see, and look-ups of theirs: work needs a few, copying out a list needs all.
REVEALS = (Limit(10, 60), Limit(60, 3_600))
LOOK_UPS = (Limit(10, 60), Limit(60, 3_600))


class Counter:
    """Counts by sliding window: this window's count and the last one's, weighted by how much of it still counts.

    One entry a key. Whatever has been quiet for two windows is dropped as others are counted.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._secret = os.urandom(32)
        self._lock = threading.Lock()
        self._windows: OrderedDict[bytes, tuple[int, int, int, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._windows)

    def hit(self, limit: Limit, *key: str) -> int:
        """Counts one; 0 when it is within ``limit``, else the seconds until another may be. A refused one is
        not counted.
        """
        now = self._clock()
        window = int(now // limit.seconds)
        passed = now / limit.seconds - window
        name = hmac.digest(self._secret, "\0".join((*key, str(limit.seconds))).encode(), "sha256")[:16]
        with self._lock:
            self._forget(now)
            at, before, count, _ = self._windows.get(name, (window, 0, 0, 0))
            if at != window:
                before, count = (count if at == window - 1 else 0), 0
            if before * (1 - passed) + count + 1 > limit.count:
                return max(1, math.ceil((window + 1) * limit.seconds - now))
            self._windows[name] = (window, before, count + 1, (window + 2) * limit.seconds)
            self._windows.move_to_end(name)
        return 0

    def _forget(self, now: float) -> None:
        """Drops up to two of the keys that were quiet longest: more than one hit ever adds."""
        for _ in range(2):
            oldest = next(iter(self._windows), None)
            if oldest is None or (self._windows[oldest][3] > now and len(self._windows) <= MAX_KEYS):
                return
            del self._windows[oldest]


class Throttle:
    def __init__(
        self, settings: Settings, counter: Counter | None = None, shared: SharedCounts | None = None
    ) -> None:
        self._counter = Counter() if counter is None else counter
        self._shared = shared
        self._per_network = (Limit(settings.rate_minute, 60), Limit(settings.rate_hour, 3_600))
        self._per_site = Limit(settings.rate_site_minute, 60)

    def submission(self, network: str) -> None:
        """Counts one submission of a network; ``RateLimitedError`` when it is one too many."""
        for limit in self._per_network:
            self._hit(limit, "network", network)

    def site(self, slug: str) -> None:
        """Counts one submission for a site."""
        self._hit(self._per_site, "site", slug)

    def report(self, network: str) -> None:
        """Counts one report of a network."""
        for limit in REPORTS:
            self._hit(limit, "report", network)

    def reveal(self, moderator: str) -> None:
        """Counts one address shown to a moderator."""
        for limit in REVEALS:
            self._hit(limit, "reveal", moderator)

    def look_up(self, moderator: str) -> None:
        """Counts one look-up of a moderator's."""
        for limit in LOOK_UPS:
            self._hit(limit, "look-up", moderator)

    def password(self, moderator: str) -> None:
        """Counts one attempt of somebody signed in to prove it by their password."""
        self._hit(SIGN_IN_ACCOUNT, "password", moderator)

    def code(self, moderator: str) -> None:
        """Counts one attempt to give a code. From wherever it comes: who gives one has proven the password."""
        self._hit(SIGN_IN_ACCOUNT, "code", moderator)

    def sign_in(self, login: str, network: str) -> None:
        """Counts one attempt to sign in. The account is never locked: its owner elsewhere gets in."""
        self._hit(SIGN_IN_NETWORK, "sign-in", network)
        self._hit(SIGN_IN_ACCOUNT, "sign-in", login[:64], network)

    def _hit(self, limit: Limit, *key: str) -> None:
        wait = self._shared.hit(limit.count, limit.seconds, *key) if self._shared else None
        if wait is None:
            wait = self._counter.hit(limit, *key)
        elif not wait:
            # Here as well: when the others can no longer be heard of, one's own part of it is still known.
            self._counter.hit(limit, *key)
        if wait:
            raise RateLimitedError(wait)


def client_network(peer: str | None, forwarded: str | None, proxies: tuple[Network, ...]) -> str:
    """The client's /32 or /64. ``X-Forwarded-For`` is believed only from a configured proxy, and of it only
    the right-most address that is not one: whatever stands left of that, the client may have written itself.
    """
    address = _address(peer)
    hops = [h.strip() for h in (forwarded or "").split(",") if h.strip()]
    while address is not None and _is_proxy(address, proxies) and hops:
        address = _address(hops.pop())
    if address is None:
        return "unknown"
    return str(ipaddress.ip_network((address, 32 if address.version == 4 else 64), strict=False))


def _address(text: str | None) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address((text or "").partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address


def _is_proxy(address: ipaddress.IPv4Address | ipaddress.IPv6Address, proxies: tuple[Network, ...]) -> bool:
    return any(address.version == p.version and address in p for p in proxies)
