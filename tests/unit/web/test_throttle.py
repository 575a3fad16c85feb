"""Whose submission it is, and when it is one too many."""

from __future__ import annotations

import ipaddress

import pytest

from service.domain.errors import RateLimitedError
from service.web import throttle as throttling
from service.web.throttle import Counter, Limit, Throttle, client_network
from tests.newsroom import settings_for

PROXIES = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("10.0.0.0/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "network"),
    [
        ("198.51.100.7", None, "198.51.100.7/32"),
        # A stranger writes what it likes into the header: not believed.
        ("198.51.100.7", "203.0.113.1", "198.51.100.7/32"),
        # A proxy of ours: its right-most word counts, what stands left of it was the client's own.
        ("127.0.0.1", "203.0.113.1", "203.0.113.1/32"),
        ("127.0.0.1", "1.2.3.4, 203.0.113.1", "203.0.113.1/32"),
        ("127.0.0.1", "1.2.3.4, 203.0.113.1, 10.1.1.1", "203.0.113.1/32"),
        ("127.0.0.1", None, "127.0.0.1/32"),
        ("127.0.0.1", "nonsense", "unknown"),
        ("2001:db8:1:2:3:4:5:6", None, "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.7", None, "198.51.100.7/32"),
        ("fe80::1%eth0", None, "fe80::/64"),
        (None, None, "unknown"),
    ],
)
def test_the_network_of_a_request(peer: str | None, forwarded: str | None, network: str) -> None:
    assert client_network(peer, forwarded, PROXIES) == network


def test_no_header_is_believed_without_a_configured_proxy() -> None:
    assert client_network("127.0.0.1", "203.0.113.1", ()) == "127.0.0.1/32"


def test_one_network_is_limited_and_another_is_not() -> None:
    throttle = Throttle(settings_for("sqlite:///x", rate_minute=2, rate_hour=300))
    throttle.submission("a")
    throttle.submission("a")
    with pytest.raises(RateLimitedError) as refused:
        throttle.submission("a")
    assert 1 <= refused.value.retry_after <= 60
    throttle.submission("b")


def test_a_site_is_limited_across_networks() -> None:
    throttle = Throttle(settings_for("sqlite:///x", rate_site_minute=1))
    throttle.site("demo")
    with pytest.raises(RateLimitedError):
        throttle.site("demo")
    throttle.site("other")


def test_an_account_is_slowed_from_one_network_only() -> None:
    throttle = Throttle(settings_for("sqlite:///x"))
    for _ in range(10):
        throttle.sign_in("sara", "a")
    with pytest.raises(RateLimitedError):
        throttle.sign_in("sara", "a")
    throttle.sign_in("sara", "b")


def test_a_window_slides() -> None:
    now = [0.0]
    counter = Counter(lambda: now[0])
    limit = Limit(10, 60)
    assert [counter.hit(limit, "a") for _ in range(11)] == [0] * 10 + [60]
    now[0] = 59.0
    assert counter.hit(limit, "a") == 1
    now[0] = 90.0
    # Half of the last window still counts: five of its ten.
    assert [counter.hit(limit, "a") for _ in range(6)] == [0] * 5 + [30]
    now[0] = 300.0
    assert [counter.hit(limit, "a") for _ in range(11)] == [0] * 10 + [60]


def test_what_has_been_quiet_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    counter = Counter(lambda: now[0])
    for number in range(1_000):
        counter.hit(Limit(5, 60), f"network {number}")
    assert len(counter) == 1_000
    now[0] = 180.0
    for _ in range(600):
        counter.hit(Limit(5_000, 60), "another")
    assert len(counter) == 1
    monkeypatch.setattr(throttling, "MAX_KEYS", 50)
    for number in range(500):
        counter.hit(Limit(5, 60), f"flood {number}")
    assert len(counter) <= 51


def test_two_limits_of_one_key_do_not_mix() -> None:
    counter = Counter(lambda: 0.0)
    assert [counter.hit(Limit(1, 60), "a"), counter.hit(Limit(1, 3_600), "a")] == [0, 0]


class Shared:
    """Counts of all machines, which say what they are told to."""

    def __init__(self) -> None:
        self.says: int | None = 0
        self.hits: list[tuple[object, ...]] = []

    def hit(self, count: int, seconds: int, *key: str) -> int | None:
        self.hits.append((count, seconds, *key))
        return self.says

    def close(self) -> None: ...


def test_what_all_machines_counted_counts() -> None:
    shared = Shared()
    throttle = Throttle(settings_for("sqlite:///x", rate_minute=2, rate_hour=300), shared=shared)
    for _ in range(5):
        throttle.submission("a")
    assert shared.hits[:2] == [(2, 60, "network", "a"), (300, 3_600, "network", "a")]
    shared.says = 17
    with pytest.raises(RateLimitedError) as refused:
        throttle.submission("b")
    assert refused.value.retry_after == 17


def test_where_they_cannot_be_had_memory_counts_and_knows_its_own_part() -> None:
    shared = Shared()
    throttle = Throttle(settings_for("sqlite:///x", rate_minute=3, rate_hour=300), shared=shared)
    throttle.submission("a")
    throttle.submission("a")
    shared.says = None
    throttle.submission("a")
    with pytest.raises(RateLimitedError):
        throttle.submission("a")
