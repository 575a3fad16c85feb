"""Codes that change with time, against the vectors of RFC 6238, appendix B."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest

from service.domain.totp import code_of, digits_of, link, matching_step, new_secret, step_at

RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()
NOW = datetime(2026, 11, 25, 9, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_vectors_of_the_rfc(seconds: int, code: str) -> None:
    step = step_at(datetime.fromtimestamp(seconds, UTC))
    assert code_of(RFC_SECRET, step, digits=8) == code
    assert code_of(RFC_SECRET, step) == code[2:]


def test_a_clock_may_be_one_step_off_and_no_more() -> None:
    secret, step = new_secret(), step_at(NOW)
    for off, found in ((-2, None), (-1, step - 1), (0, step), (1, step + 1), (2, None)):
        assert matching_step(secret, code_of(secret, step + off), NOW, 0) == found


def test_a_code_that_was_used_and_those_before_it_count_no_more() -> None:
    secret, step = new_secret(), step_at(NOW)
    code = code_of(secret, step)
    assert matching_step(secret, code, NOW, step - 1) == step
    assert matching_step(secret, code, NOW, step) is None
    assert matching_step(secret, code_of(secret, step - 1), NOW, step) is None
    later = NOW + timedelta(seconds=30)
    assert matching_step(secret, code_of(secret, step + 1), later, step) == step + 1


def test_a_code_may_be_typed_in_any_digits_and_with_spaces() -> None:
    assert digits_of(" ١٢٣ ۴۵6 ") == "123456"
    for typed in ("", "12345", "1234567", "abcdef", "\ud800"):
        assert matching_step(new_secret(), typed, NOW, 0) is None


def test_an_app_reads_secret_and_account_from_the_link() -> None:
    secret = new_secret()
    assert len(base64.b32decode(secret)) == 20
    assert link(secret, "سارة").startswith("otpauth://totp/Taliq%3A%D8%B3")
    assert f"secret={secret}&issuer=Taliq" in link(secret, "sara")
