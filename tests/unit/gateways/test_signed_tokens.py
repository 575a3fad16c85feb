"""What the service hands out and later recognises: each kind is signed for its purpose and for nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from service.gateways.vault import HmacSigner

SIGNER, STRANGER = HmacSigner(bytes(range(32))), HmacSigner(bytes(range(1, 33)))
COMMENT, SITE = UUID(int=7), UUID(int=8)
NOW = datetime(2026, 11, 25, 9, 0, 0, 250_000, tzinfo=UTC)


def test_what_was_handed_out_is_recognised() -> None:
    assert SIGNER.read_status_token(SIGNER.status_token(COMMENT)) == COMMENT
    assert SIGNER.read_open_code(SIGNER.open_code(COMMENT, 3, NOW)) == (COMMENT, 3, NOW.replace(microsecond=0))
    assert SIGNER.read_form_token(SIGNER.form_token(SITE, "a", NOW), SITE, "a") == NOW


def test_anothers_signature_is_none() -> None:
    assert SIGNER.read_status_token(STRANGER.status_token(COMMENT)) is None
    assert SIGNER.read_open_code(STRANGER.open_code(COMMENT, 0, NOW)) is None
    assert SIGNER.read_form_token(STRANGER.form_token(SITE, "a", NOW), SITE, "a") is None


@pytest.mark.parametrize("purpose", [b"status", b"open", b"form"])
def test_the_same_facts_signed_for_another_purpose_are_none(purpose: bytes) -> None:
    """Whatever their length: the kinds differ in it today, and need not tomorrow."""
    for other in {b"status", b"open", b"form"} - {purpose}:
        for size in (16, 24, 28):
            assert SIGNER._read_token(purpose, SIGNER._token(other, bytes(size)), size) is None
            assert SIGNER._read_token(other, SIGNER._token(other, bytes(size)), size) == bytes(size)


@pytest.mark.parametrize("token", ["", ".", "x", "\u0665\u0665.\u0665", "A" * 10_000, "%00", "AA.BB.CC"])
def test_nonsense_is_none(token: str) -> None:
    assert SIGNER.read_status_token(token) is None
    assert SIGNER.read_open_code(token) is None
    assert SIGNER.read_form_token(token, SITE, "a") is None


def test_a_changed_byte_or_a_second_spelling_is_none() -> None:
    token = SIGNER.open_code(COMMENT, 0, NOW + timedelta(days=1))
    facts, _, mac = token.partition(".")
    for wrong in (f"{facts}=.{mac}", f"{facts}.{mac}=", f"{facts}.{mac[:-1]}", f"B{facts[1:]}.{mac}", token.swapcase()):
        assert SIGNER.read_open_code(wrong) is None, wrong
