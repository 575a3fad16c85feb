"""The environment is read strictly, and every complaint is one sentence."""

from __future__ import annotations

import pytest

from service.cli.keys import fresh_keys
from service.domain.errors import ConfigurationError
from service.gateways.vault import read_key, read_ring
from service.settings import Settings
from service.storage.engine import check_sqlite, database_url, write_engine

GOOD = {"TALIQ_DATABASE_URL": "sqlite:///x.sqlite3", "TALIQ_PUBLIC_URL": "https://taliq.example", **fresh_keys()}


def test_good_settings_are_read_and_secrets_stay_out_of_sight() -> None:
    settings = Settings.from_env({**GOOD, "TALIQ_RATE_MINUTE": "5", "PATH": "/bin", "TALIQ_CI": "1"})
    assert (settings.rate_minute, settings.secure) == (5, True)
    for name in ("TALIQ_SECRET_KEY", "TALIQ_INDEX_KEY", "TALIQ_VAULT_KEYS", "TALIQ_DATABASE_URL"):
        assert GOOD[name] not in repr(settings)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"TALIQ_RATE_MINUT": "5"}, "TALIQ_RATE_MINUT"),
        ({"TALIQ_RATE_MINUTE": "0"}, "TALIQ_RATE_MINUTE"),
        ({"TALIQ_RATE_MINUTE": "many"}, "TALIQ_RATE_MINUTE"),
        ({"TALIQ_PUBLIC_URL": "taliq.example"}, "TALIQ_PUBLIC_URL"),
        ({"TALIQ_PUBLIC_URL": "https://taliq.example/path"}, "TALIQ_PUBLIC_URL"),
        ({"TALIQ_TRUSTED_PROXIES": "everybody"}, "TALIQ_TRUSTED_PROXIES"),
        ({"TALIQ_DATABASE_POOLER": "session"}, "TALIQ_DATABASE_POOLER"),
        ({"TALIQ_LIMITS_URL": "http://127.0.0.1"}, "TALIQ_LIMITS_URL"),
        ({"TALIQ_LOG_LEVEL": "loud"}, "TALIQ_LOG_LEVEL"),
        *(({name: ""}, name) for name in GOOD),
    ],
)
def test_a_wrong_setting_is_named(change: dict[str, str], word: str) -> None:
    with pytest.raises(ConfigurationError, match=word):
        Settings.from_env({**GOOD, **change})


@pytest.mark.parametrize("key", ["", "short", "A" * 43, "!" * 43, "change-me-change-me-change-me-change-me-chan"])
def test_a_key_that_is_not_random_bytes_is_refused(key: str) -> None:
    with pytest.raises(ConfigurationError):
        read_key("TALIQ_SECRET_KEY", key)


@pytest.mark.parametrize("ring", ["", "k1", "K1:x", "k1:short"])
def test_a_ring_that_cannot_be_read_is_refused(ring: str) -> None:
    with pytest.raises(ConfigurationError):
        read_ring("TALIQ_VAULT_KEYS", ring)


def test_a_key_id_may_stand_in_the_ring_once() -> None:
    entry = fresh_keys()["TALIQ_VAULT_KEYS"]
    with pytest.raises(ConfigurationError):
        read_ring("TALIQ_VAULT_KEYS", f"{entry},{entry}")


@pytest.mark.parametrize("version", [(3, 40, 1), (3, 51, 2), (3, 50, 6), (3, 44, 5), (3, 45, 9)])
def test_an_sqlite_that_corrupts_is_refused_in_one_sentence(version: tuple[int, int, int]) -> None:
    with pytest.raises(ConfigurationError, match=r"3\.51\.3"):
        check_sqlite(version)


@pytest.mark.parametrize("version", [(3, 51, 3), (3, 50, 7), (3, 44, 6), (3, 53, 4), (4, 0, 0)])
def test_a_fixed_sqlite_is_taken(version: tuple[int, int, int]) -> None:
    check_sqlite(version)


@pytest.mark.parametrize("url", ["postgres://h/d", "postgresql://h/d"])
def test_postgres_means_psycopg_3(url: str) -> None:
    assert database_url(url).drivername == "postgresql+psycopg"


@pytest.mark.parametrize("url", ["sqlite:///:memory:", "sqlite://", "mysql://h/d", "sqlite:////no/such/folder/x.db"])
def test_a_database_that_cannot_serve_is_refused_in_one_sentence(url: str) -> None:
    with pytest.raises(ConfigurationError):
        write_engine(url)
