"""Rate limits, in the memory of this process. Networks are counted, never stored.

Another process counts for itself: two workers let through twice as much. A count shared by machines comes
with Valkey, and this stays as what is left when Valkey is away.
"""

from __future__ import annotations

import ipaddress
import math
import time

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from service.domain.errors import RateLimitedError
from service.settings import Network, Settings

#: Sign-in attempts: for one account from one network, and from one network at all, in fifteen minutes.
SIGN_IN_ACCOUNT = RateLimitItemPerMinute(10, 15)
SIGN_IN_NETWORK = RateLimitItemPerMinute(60, 15)


class Throttle:
    def __init__(self, settings: Settings) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._per_network = (
            RateLimitItemPerMinute(settings.rate_minute),
            RateLimitItemPerHour(settings.rate_hour),
        )
        self._per_site = RateLimitItemPerMinute(settings.rate_site_minute)

    def submission(self, network: str) -> None:
        """Counts one submission of a network; ``RateLimitedError`` when it is one too many."""
        for item in self._per_network:
            self._hit(item, "network", network)

    def site(self, slug: str) -> None:
        """Counts one submission for a site."""
        self._hit(self._per_site, "site", slug)

    def sign_in(self, login: str, network: str) -> None:
        """Counts one attempt to sign in. The account is never locked: its owner elsewhere gets in."""
        self._hit(SIGN_IN_NETWORK, "sign-in", network)
        self._hit(SIGN_IN_ACCOUNT, "sign-in", login[:64], network)

    def _hit(self, item: RateLimitItem, *key: str) -> None:
        if not self._limiter.hit(item, *key):
            reset = self._limiter.get_window_stats(item, *key).reset_time
            raise RateLimitedError(max(1, math.ceil(reset - time.time())))


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
