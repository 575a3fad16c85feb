"""One spelling for every host, and the names above it."""

from __future__ import annotations

import pytest

from service.text.hosts import host_key, with_parents

ARABIC = "xn--mgbh0fb.xn--kgbechtv"


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Casino.Example", "casino.example"),
        ("casino.example.", "casino.example"),
        ("xn--o38h.example", "xn--o38h.example"),
        ("😺.example", "xn--138h.example"),
        (" casino.example ", "casino.example"),
        ("مثال.إختبار", ARABIC),
        (ARABIC.upper(), ARABIC),
        ("مثال。إختبار", ARABIC),
        ("ｃａｓｉｎｏ．example", "casino.example"),
        ("192.0.2.7", "192.0.2.7"),
        ("[2001:db8::1]", "[2001:db8::1]"),
        *((bad, None) for bad in ("", ".", "a b", "a/b", "a@b", "a:80", "a?b", "-", "a..b", "0x7f.1", "é" * 300)),
    ],
)
def test_a_host_has_one_key_however_it_is_spelt(typed: str, key: str | None) -> None:
    assert host_key(typed) == key


def test_above_a_name_stand_all_but_the_last_label() -> None:
    assert with_parents("a.b.example.com") == ("a.b.example.com", "b.example.com", "example.com")
    assert with_parents("example.com") == ("example.com",)
    assert with_parents("localhost") == ("localhost",)
    assert with_parents("192.0.2.7") == ("192.0.2.7",)
    assert with_parents("[2001:db8::1]") == ("[2001:db8::1]",)
