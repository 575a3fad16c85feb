"""Rate limits that several machines count together, in a real Redis, and what is left of them without it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from service.app import create_app
from service.bootstrap import Container, build
from service.domain.errors import ConfigurationError
from service.gateways import valkey as gateway
from service.gateways.valkey import PAUSE, ValkeyCounts
from tests.load import Load
from tests.newsroom import FIELDS, Newsroom, SetClock, settings_for, word
from tests.valkey import REDIS, Valkey

POST = "/v1/sites/demo/comments"
#: An hour, so that no test is long enough to see a part of it pass.
HOUR = 20

pytestmark = pytest.mark.skipif(
    REDIS is None, reason="redis-server is not installed (Debian: apt-get install redis-server)"
)


class Elapsed:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(scope="module")
def valkey() -> Iterator[Valkey]:
    with Valkey() as running:
        yield running


@pytest.fixture(autouse=True)
def empty(valkey: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    """And on a machine so busy that a tenth of a second is nothing, it is waited for a little longer."""
    monkeypatch.setattr(gateway, "PATIENCE", 1.0)
    valkey.client().flushall()


@pytest.fixture
def elapsed() -> Elapsed:
    return Elapsed()


def machine(url: str, valkey: Valkey, clock: SetClock, elapsed: Elapsed, **limits: int) -> Container:
    """One of several, whose pauses pass when they are told to."""
    named = {"rate_hour": HOUR, **limits}
    made = build(settings_for(url, limits_url=valkey.url, trusted_proxies="127.0.0.1/32", **named), clock=clock)
    assert made.shared_counts is not None
    made.shared_counts.close()
    return replace(made, shared_counts=ValkeyCounts(valkey.url, made.signer.digest, elapsed))


@pytest.fixture
def machines(sqlite_url: str, valkey: Valkey, clock: SetClock, elapsed: Elapsed) -> Iterator[list[Container]]:
    made = [machine(sqlite_url, valkey, clock, elapsed) for _ in range(2)]
    Newsroom(made[0], clock)
    yield made
    for each in made:
        assert each.shared_counts is not None
        each.shared_counts.close()
        each.close()


@pytest.fixture
def doors(machines: list[Container]) -> list[FlaskClient]:
    return [create_app(each).test_client() for each in machines]


def post(door: FlaskClient, network: str = "203.0.113.7", **fields: str) -> int:
    """What is sent again and again is refused for what it says, and counted."""
    return door.post(POST, json=fields, headers={"X-Forwarded-For": network}).status_code


def test_two_machines_share_one_limit(doors: list[FlaskClient]) -> None:
    said = [post(doors[n % 2]) for n in range(HOUR + 6)]
    assert said == [422] * HOUR + [429] * 6
    assert post(doors[1], "203.0.113.8") == 422


def test_it_tells_when_to_come_again(doors: list[FlaskClient]) -> None:
    for _ in range(HOUR):
        post(doors[0])
    refused = doors[1].post(POST, json={}, headers={"X-Forwarded-For": "203.0.113.7"})
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 3_600


def test_every_limit_is_shared(machines: list[Container], doors: list[FlaskClient]) -> None:
    """A password that is guessed at two doors."""
    guess = {"login": "sara", "password": "wrong-horse-battery"}
    said = [doors[n % 2].post("/console/login", data=guess).status_code for n in range(12)]
    assert [status == 429 for status in said] == [False] * 10 + [True] * 2


def test_many_at_once_are_counted_one_by_one(valkey: Valkey, machines: list[Container]) -> None:
    counts = [each.shared_counts for each in machines]

    def hit(number: int) -> tuple[int, object]:
        shared = counts[number % 2]
        assert shared is not None
        wait = shared.hit(100, 3_600, "x")
        return (-1 if wait is None else min(wait, 1)), None

    with Load(hit, 8) as load:
        load.more(1)
    assert load.counts()[0] == 100
    assert -1 not in load.counts()


def test_nothing_readable_lies_there(valkey: Valkey, doors: list[FlaskClient]) -> None:
    canary = "203.0.113.77"
    sent = {**FIELDS, "body": word(), "submission_id": secrets.token_urlsafe(24)}
    assert post(doors[0], canary, **sent) == 202
    doors[0].post("/console/login", data={"login": "canary-login", "password": "canary-password"})
    client = valkey.client()
    everything = b"".join(
        name + client.get(name) + (client.dump(name) or b"") for name in client.scan_iter()
    ) + str(client.info("everything")).encode()
    assert client.dbsize() >= 4
    for private in (canary, "203.0.113", "demo", "article-1", "canary", "salma", "sara", FIELDS["body"]):
        assert private.encode() not in everything
    # Without the secret nobody finds out which network a key stands for; with it, every machine does.
    assert all(len(name) == len(b"taliq:limit:") + 16 for name in client.scan_iter())


def test_each_count_goes_by_itself(valkey: Valkey, doors: list[FlaskClient]) -> None:
    post(doors[0])
    client = valkey.client()
    left = sorted(client.ttl(name) for name in client.scan_iter())
    # Of a minute and of an hour: until the window after this one is over.
    assert [60 < left[0] <= 120, 3_600 < left[-1] <= 7_200] == [True, True]


@pytest.mark.parametrize("planted", [b"", b"x", b"1 2", b"\x80\x04\x95", b"-1 -1 -1", b"9" * 400, b"1 1 1\n"])
def test_what_is_no_count_is_none(valkey: Valkey, doors: list[FlaskClient], planted: bytes) -> None:
    post(doors[0])
    client = valkey.client()
    for name in list(client.scan_iter()):
        client.set(name, planted)
    assert [post(doors[0]) for _ in range(HOUR + 1)] == [422] * HOUR + [429]
    for name in list(client.scan_iter()):
        client.delete(name)
        client.lpush(name, "another kind")
    assert post(doors[0]) == 422


def test_the_window_slides(valkey: Valkey, machines: list[Container]) -> None:
    """A second window is no new start: what was counted in the first still counts in part."""
    shared = machines[0].shared_counts
    assert shared is not None
    name = b"taliq:limit:" + machines[0].signer.digest("limit", "x", "3600")
    client = valkey.client()
    seconds, _ = client.time()
    window, passed = divmod(seconds, 3_600)
    client.set(name, f"{window - 1} 0 1000")
    expected = 1000 - 1000 * (1 - passed / 3_600)
    let_through = 0
    while shared.hit(1000, 3_600, "x") == 0:
        let_through += 1
    assert abs(let_through - expected) <= 3
    client.set(name, f"{window - 2} 0 1000")
    assert shared.hit(1, 3_600, "x") == 0


def test_without_it_each_machine_counts_for_itself(
    valkey: Valkey, doors: list[FlaskClient], elapsed: Elapsed
) -> None:
    """And knows of what it let through itself while they still counted together."""
    assert [post(doors[0]) for _ in range(HOUR)] == [422] * HOUR
    valkey.stop()
    try:
        with capture_logs() as told:
            assert post(doors[0]) == 429
            assert [post(doors[1]) for _ in range(HOUR + 1)] == [422] * HOUR + [429]
            elapsed.seconds += 2 * PAUSE
            assert post(doors[1]) == 429
    finally:
        valkey.start()
    # Each machine says it once.
    assert [line["event"] for line in told if line["event"].startswith("limits")] == ["limits.alone"] * 2
    # Not asked again at once.
    assert post(doors[1]) == 429
    elapsed.seconds += PAUSE
    with capture_logs() as told:
        assert [post(doors[n % 2]) for n in range(HOUR + 2)] == [422] * HOUR + [429] * 2
    assert [line["event"] for line in told if line["event"].startswith("limits")] == ["limits.shared"] * 2


@pytest.mark.parametrize("fault", ["stopped", "frozen", "full"])
def test_what_happens_to_it_under_load_nobody_who_writes_hears_of(
    sqlite_url: str, valkey: Valkey, clock: SetClock, elapsed: Elapsed, fault: str
) -> None:
    made = [machine(sqlite_url, valkey, clock, elapsed, rate_hour=1_000_000) for _ in range(2)]
    room = Newsroom(made[0], clock)
    doors = [create_app(each) for each in made]

    def write(number: int) -> tuple[int, object]:
        sent = {**FIELDS, "body": word(), "submission_id": secrets.token_urlsafe(24)}
        answer = doors[number % 2].test_client().post(POST, json=sent)
        return answer.status_code, answer.get_json().get("id")

    take = {"stopped": valkey.stop, "frozen": valkey.freeze, "full": lambda: limit_memory(valkey, "1")}[fault]
    give = {"stopped": valkey.start, "frozen": valkey.thaw, "full": lambda: limit_memory(valkey, "0")}[fault]
    with capture_logs() as told, Load(write, 3) as load:
        for _ in range(3):
            load.more(202)
            take()
            load.until(lambda: count(told, "limits.alone") > count(told, "limits.shared"))
            load.more(202)
            give()
            elapsed.seconds += 2 * PAUSE
            load.until(lambda: count(told, "limits.alone") == count(told, "limits.shared") > 0)
    assert set(load.counts()) == {202}
    acknowledged = {UUID(str(told)).hex for told in load.said[202]}
    assert acknowledged <= {str(i) for (i,) in room.sql("SELECT id FROM comment")}
    for each in made:
        each.close()


def count(told: Iterable[Mapping[str, object]], event: str) -> int:
    return sum(line["event"] == event for line in told)


def limit_memory(valkey: Valkey, size: str) -> None:
    valkey.client().config_set("maxmemory", size)


def test_an_address_of_something_else_is_refused() -> None:
    for wrong in ("http://127.0.0.1", "redis://", "127.0.0.1:6379", "redis://x:port"):
        with pytest.raises(ConfigurationError, match="TALIQ_LIMITS_URL"):
            settings_for("sqlite:///x", limits_url=wrong)


def test_a_password_in_the_address_stays_out_of_sight() -> None:
    assert "canary" not in repr(settings_for("sqlite:///x", limits_url="redis://:canary@127.0.0.1"))
