"""The ``taliq`` command, against a real database."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from service.cli.keys import fresh_keys
from tests.integration.conftest import Run
from tests.ports import free_port


@pytest.fixture
def taliq(database_url: str, command_line: Callable[[str], Run]) -> Run:
    return command_line(database_url)


def test_a_site_from_nothing_to_a_token(taliq: Run) -> None:
    assert taliq("site", "create", "daily", "--name", "اليومية", "--origin", "https://daily.example")[0] == 0
    code, out, _ = taliq("site", "set", "daily", "--mode", "publish", "--website", "off")
    assert code == 0
    assert "'mode': 'publish'" in out
    assert "https://daily.example" in taliq("site", "list")[1]
    code, out, _ = taliq("moderator", "create", "Sara", "--site", "daily", "--role", "admin")
    assert code == 0
    assert len(out.rsplit(" ", 1)[1].strip()) == 23
    assert taliq("moderator", "reset-password", "sara")[0] == 0
    code, secret, told = taliq("token", "create", "daily", "--name", "bot", "--scope", "moderation:read")
    assert code == 0
    assert secret.startswith("taliq_")
    listed = taliq("token", "list", "daily")[1]
    assert "moderation:read" in listed
    assert secret.strip() not in listed
    assert taliq("token", "revoke", told.split()[0])[0] == 0
    assert "revoked" in taliq("token", "list", "daily")[1]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("site", "set", "nobody", "--mode", "publish"), 3),
        (("site", "create", "Not A Slug"), 2),
        (("site", "create", "x", "--origin", "daily.example"), 2),
        (("thread", "close", "nobody", "a"), 3),
        (("moderator", "create", "x", "--site", "nobody"), 3),
        (("moderator", "reset-password", "nobody"), 3),
        (("token", "create", "nobody", "--name", "a", "--scope", "moderation:read"), 3),
        (("token", "revoke", "0190b1f0-0000-7000-8000-000000000000"), 3),
        (("token", "create", "x", "--name", "a", "--scope", "everything"), 2),
        (("nonsense",), 2),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_a_code(taliq: Run, arguments: tuple[str, ...], code: int) -> None:
    found, _, err = taliq(*arguments)
    assert found == code
    assert err
    assert "Traceback" not in err


def test_a_second_site_of_the_same_name_is_refused(taliq: Run) -> None:
    assert taliq("site", "create", "daily")[0] == 0
    code, _, err = taliq("site", "create", "daily")
    assert (code, err.strip()) == (5, "taliq: site exists")


def test_a_missing_setting_is_one_sentence(taliq: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TALIQ_SECRET_KEY")
    code, _, err = taliq("site", "list")
    assert code == 1
    assert err.strip() == "taliq: TALIQ_SECRET_KEY is missing; README says what it is."


def test_fresh_keys_are_good_and_never_the_same(taliq: Run) -> None:
    lines = taliq("keys", "new")[1].splitlines()
    assert [line.partition("=")[0] for line in lines] == list(fresh_keys())
    assert lines != taliq("keys", "new")[1].splitlines()


def test_a_taken_port_is_one_sentence(taliq: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, _, err = taliq("serve", "--port", str(taken.getsockname()[1]))
    assert code == 1
    assert "is taken" in err


def test_an_old_schema_is_not_served(taliq: Run, database_url: str) -> None:
    from service.storage import migrations
    from service.storage.engine import write_engine

    engine = write_engine(database_url)
    migrations.downgrade(engine, "base")
    engine.dispose()
    code, _, err = taliq("serve", "--port", str(free_port()))
    assert code == 1
    assert "taliq db upgrade" in err
