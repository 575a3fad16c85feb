"""The sealed addresses: what lies in the database, what opens it, and how keys change."""

from __future__ import annotations

import base64
import itertools
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text, update

from service import cli
from service.bootstrap import Container, build
from service.domain.errors import ConfigurationError, UnavailableError
from service.domain.ports import Sealed
from service.gateways.vault import AesVault, new_key, read_key, read_ring
from service.storage.contacts import Contact
from service.text.address import check_address
from service.usecases import rotate_vault
from tests.newsroom import FIELDS, Newsroom, SetClock, settings_for

INDEX_KEY = "HxAREhMUFRYXGBkaGxwdHgABAgMEBQYHCAkKCwwNDg8"
OLD = "k1:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA"
NEW = "k2:ISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-P0A"
SITE, OTHER_SITE, COMMENT, OTHER = (UUID(int=n) for n in range(1, 5))


def vault_of(ring: str) -> AesVault:
    return AesVault(read_ring("TALIQ_VAULT_KEYS", ring), read_key("TALIQ_INDEX_KEY", INDEX_KEY))


@pytest.fixture
def with_ring(database_url: str, container: Container, clock: SetClock) -> Iterator[object]:
    """Another process on the same database, with another ring of keys."""
    made: list[Container] = []

    def build_with(ring: str) -> Container:
        made.append(build(settings_for(database_url, vault_keys=ring), clock=clock))
        return made[-1]

    yield build_with
    for each in made:
        each.close()


def contacts_of(container: Container) -> list[Contact]:
    return container.reader.run(lambda s: list(s.query(Contact).order_by(Contact.comment_id)))


def opened(container: Container) -> list[str]:
    return [
        container.vault.open(Sealed(row.key_id, row.sealed), site=row.site_id, comment=row.comment_id)
        for row in contacts_of(container)
    ]


@pytest.mark.parametrize("address", ["salma@example.org", "سلمى@مثال.example", "x" * 64 + "@" + "y" * 60 + ".example"])
def test_what_was_sealed_opens_again(address: str) -> None:
    vault = vault_of(OLD)
    sealed = vault.seal(address, site=SITE, comment=COMMENT)
    assert vault.open(sealed, site=SITE, comment=COMMENT) == address
    assert address.encode() not in sealed.data
    assert address not in repr(sealed)


def test_the_same_address_never_looks_the_same() -> None:
    vault = vault_of(OLD)
    sealed = {vault.seal("salma@example.org", site=SITE, comment=COMMENT).data for _ in range(1000)}
    assert len(sealed) == 1000
    assert len({data[1:13] for data in sealed}) == 1000


def test_an_address_opens_only_in_its_own_row_with_its_own_key_and_untouched() -> None:
    vault, both = vault_of(OLD), vault_of(f"{NEW},{OLD}")
    sealed = vault.seal("salma@example.org", site=SITE, comment=COMMENT)
    assert both.open(sealed, site=SITE, comment=COMMENT) == "salma@example.org"
    flipped = [sealed.data[:n] + bytes([sealed.data[n] ^ 1]) + sealed.data[n + 1 :] for n in range(len(sealed.data))]
    wrong = [
        (vault, sealed, SITE, OTHER),
        (vault, sealed, OTHER_SITE, COMMENT),
        (vault_of(NEW), sealed, SITE, COMMENT),
        (both, replace(sealed, key_id="k2"), SITE, COMMENT),
        (vault_of(OLD.replace("AQID", "AQIE")), sealed, SITE, COMMENT),
        *((vault, replace(sealed, data=data), SITE, COMMENT) for data in (*flipped, sealed.data[:20], b"")),
    ]
    for opener, data, site, comment in wrong:
        with pytest.raises(UnavailableError) as refused:
            opener.open(data, site=site, comment=comment)
        assert "salma" not in f"{refused.value.public} {refused.value.private}"


def test_bytes_moved_to_another_comment_do_not_open(newsroom: Newsroom) -> None:
    newsroom.pending(email="first@example.org")
    newsroom.pending(email="second@example.org")
    first, second = contacts_of(newsroom.container)
    newsroom.container.decide_comments._uow.run(
        lambda s: s.execute(update(Contact).where(Contact.comment_id == first.comment_id).values(sealed=second.sealed))
    )
    with pytest.raises(UnavailableError):
        opened(newsroom.container)


def test_spellings_of_one_address_are_equal_within_a_site_only() -> None:
    vault = vault_of(OLD)
    spellings = ["Salma@Example.ORG", "salma@example.org", " salma@example.org".strip(), "SALMA@EXAMPLE.org"]
    spellings_idn = ["a@مثال.com", "A@xn--mgbh0fb.com", "a@XN--MGBH0FB.COM"]
    composed = ["jos\u00e9@example.org", "jose\u0301@example.org"]
    seen: list[bytes] = []
    for group in (spellings, spellings_idn, composed):
        found = [check_address(typed) for typed in group]
        prints = {site: {vault.fingerprint(a.canonical, site=site) for a in found if a} for site in (SITE, OTHER_SITE)}
        assert None not in found
        assert len(prints[SITE]) == len(prints[OTHER_SITE]) == 1
        seen += [*prints[SITE], *prints[OTHER_SITE]]
    assert len(set(seen)) == 6
    assert {len(p) for p in seen} == {16}


def test_a_fingerprint_cannot_be_made_without_its_key() -> None:
    ring = read_ring("x", OLD)
    one, other = AesVault(ring, b"1" * 32), AesVault(ring, b"2" * 32)
    assert one.fingerprint("a@b.example", site=SITE) != other.fingerprint("a@b.example", site=SITE)


def test_the_contact_row_says_the_same_of_two_spellings(newsroom: Newsroom) -> None:
    for email in ("Salma@Example.org", "salma@EXAMPLE.org", "omar@example.org"):
        newsroom.pending(email=email)
    same, again, other = contacts_of(newsroom.container)
    assert same.fingerprint == again.fingerprint != other.fingerprint
    assert same.sealed != again.sealed
    # What mail is sent to keeps the reader's own capitals before the @.
    assert opened(newsroom.container) == ["Salma@example.org", "salma@example.org", "omar@example.org"]


def test_the_raw_database_holds_no_address(newsroom: Newsroom, database_url: str) -> None:
    for number in range(30):
        newsroom.pending(email=f"Reader-{number}-quincunx-zqx@hidden-host.example")
    dump = repr([newsroom.sql(f"SELECT * FROM {table}") for table in ("contact", "comment", "submission", "outbox")])
    assert "hidden-host" not in dump.lower()
    if database_url.startswith("sqlite"):
        path = Path(database_url.removeprefix("sqlite:///"))
        raw = b"".join(p.read_bytes() for p in path.parent.glob(f"{path.name}*")).lower()
        assert FIELDS["name"].encode() in raw
        assert b"hidden-host" not in raw
        assert b"quincunx-zqx" not in raw


def test_rotation_moves_every_address_and_lets_the_old_key_go(newsroom: Newsroom, with_ring) -> None:  # type: ignore[no-untyped-def]
    emails = [f"r{n}@example.org" for n in range(12)]
    for email in emails:
        newsroom.pending(email=email)
    prints = [row.fingerprint for row in contacts_of(newsroom.container)]
    rotating = with_ring(f"{NEW},{OLD}")
    assert rotating.rotate_vault.waiting() == 12
    assert sum(rotating.rotate_vault.rotate()) == 12
    assert rotating.rotate_vault.counts() == {"k2": 12}
    assert list(rotating.rotate_vault.rotate()) == []
    alone = with_ring(NEW)
    assert opened(alone) == emails
    assert [row.fingerprint for row in contacts_of(alone)] == prints
    with pytest.raises(UnavailableError):
        opened(newsroom.container)


def test_a_rotation_that_is_stopped_goes_on_where_it_was(
    newsroom: Newsroom, with_ring, monkeypatch: pytest.MonkeyPatch  # type: ignore[no-untyped-def]
) -> None:
    emails = [f"r{n}@example.org" for n in range(12)]
    for email in emails:
        newsroom.pending(email=email)
    monkeypatch.setattr(rotate_vault, "BATCH", 5)
    rotating = with_ring(f"{NEW},{OLD}")
    assert list(itertools.islice(rotating.rotate_vault.rotate(), 1)) == [5]
    assert rotating.rotate_vault.counts() == {"k1": 7, "k2": 5}
    # In the middle every address opens, and a new one is sealed under the new key.
    assert opened(rotating) == emails
    newsroom.clock.forward(minutes=1)
    rotating.submit_comment.submit("demo", {**FIELDS, "email": "new@example.org", "body": "جديد"})
    assert list(with_ring(f"{NEW},{OLD}").rotate_vault.rotate()) == [5, 2]
    assert opened(with_ring(NEW)) == [*emails, "new@example.org"]


def test_an_address_that_does_not_open_stops_the_rotation_and_stays(newsroom: Newsroom, with_ring) -> None:  # type: ignore[no-untyped-def]
    newsroom.pending()
    newsroom.container.decide_comments._uow.run(lambda s: s.execute(text("UPDATE contact SET key_id = 'k0'")))
    before = contacts_of(newsroom.container)[0].sealed
    with pytest.raises(UnavailableError):
        list(with_ring(f"{NEW},{OLD}").rotate_vault.rotate())
    assert [(row.key_id, row.sealed) for row in contacts_of(newsroom.container)] == [("k0", before)]


def test_the_command_rotates_and_says_which_key_may_go(
    newsroom: Newsroom, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    newsroom.pending()
    settings = settings_for(database_url, vault_keys=f"{NEW},{OLD}")
    for name in ("database_url", "secret_key", "index_key", "vault_keys", "public_url"):
        monkeypatch.setenv(f"TALIQ_{name.upper()}", getattr(settings, name))
    monkeypatch.setattr(sys, "argv", ["taliq", "vault", "rotate"])
    cli.main()
    assert capsys.readouterr().out == "1 sealed anew; addresses by key: {'k2': 1}\n"


WEAK = {
    "none": "",
    "a word": "changeme",
    "one letter": "x" * 43,
    "zeros": "A" * 43,
    "ones": "/" * 42 + "8=",
    "too short": OLD[3:-3],
    "too long": OLD[3:] + NEW[3:],
    "a word repeated": base64.urlsafe_b64encode(b"password" * 4).decode(),
    "seven different bytes": base64.urlsafe_b64encode(b"abcdefg" * 4 + b"abcd").decode(),
    "128 bits": base64.urlsafe_b64encode(bytes(range(16))).decode(),
    "no base64": "é" * 43,
    "a sentence": "not a key at all, but as long as a real one",
}


@pytest.mark.parametrize("key", WEAK.values(), ids=WEAK)
def test_a_weak_a_short_and_a_sample_key_are_refused(sqlite_url: str, key: str) -> None:
    for setting in ("secret_key", "index_key"):
        with pytest.raises(ConfigurationError) as refused:
            build(settings_for(sqlite_url, **{setting: key}))
        assert setting.upper() in refused.value.sentence
    with pytest.raises(ConfigurationError) as refused:
        build(settings_for(sqlite_url, vault_keys=f"k1:{key}"))
    assert not key or key not in refused.value.sentence


RINGS = ("", ",", "k1", OLD[2:], OLD.upper(), f"{OLD},{OLD}", f"{OLD},k1:{NEW[3:]}", f"{OLD},k2:x", f"{OLD};{NEW}")


@pytest.mark.parametrize("ring", RINGS, ids=range(len(RINGS)))
def test_a_ring_that_can_be_misread_is_refused(sqlite_url: str, ring: str) -> None:
    with pytest.raises(ConfigurationError):
        build(settings_for(sqlite_url, vault_keys=ring))


def test_fresh_keys_are_taken() -> None:
    for _ in range(500):
        assert len(read_key("x", new_key())) == 32
