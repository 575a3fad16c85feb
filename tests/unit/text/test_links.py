from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from timing import growth

from service.text.links import LINK_PATTERN, add_scheme, check_link


def links(text: str) -> list[str]:
    return [found.group() for found in LINK_PATTERN.finditer(text)]


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "HTTP://Example.COM/Path?q=1&r=2#f",
        "https://example.com./",
        "http://localhost:8080/x",
        "http://192.0.2.7/",
        "http://192.0.2.7.:80/",
        "http://[2001:db8::1]:443/x",
        "https://موقع.شبكة/مقال/تحليل",
        "https://xn--mgbh0fb.xn--kgbechtv/",
        "https://bücher.example/ä?ö#ü",
        "https://a_b.example/(x)/[y]",
        "https://example.com/%D8%AA",
        "https://example.com:65535",
    ],
)
def test_absolute_web_addresses_come_back_unchanged(url: str) -> None:
    assert check_link(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "//example.com",
        "/x",
        "#x",
        "?x",
        "javascript:alert(1)",
        "javascript://example.com/%0aalert(1)",
        "data:text/html,x",
        "mailto:a@example.com",
        "ftp://example.com/",
        "httpſ://example.com",
        "http:example.com",
        "http:/example.com",
        "http:///example.com",
        "http:\\\\example.com",
        "http://example.com\\@evil.example",
        "https://",
        "https:///x",
        "https://?x",
        "https://user@example.com",
        "https://user:pass@example.com",
        "https://@example.com",
        "https://example.com:",
        "https://example.com:port",
        "https://example.com:65536",
        "https://example.com:٨٠",
        "https://example.com:80:80",
        "https://.",
        "https://a..b",
        "https://.example.com",
        "https://example.com..",
        "https://-a.example",
        "https://" + "a" * 64 + ".example",
        "https://" + "a." * 130 + "example",
        "https://ex%61mple.com",
        "https://1.2.3",
        "https://256.1.1.1",
        "https://010.0.0.1",
        "https://0x7f.1",
        "https://2130706433",
        "https://1.2.3.4.5",
        "https://１.２.３.４",
        "https://℀.example",
        "https://😀.example",
        "https://xn--a",
        "https://[::1",
        "https://[::1%25eth0]",
        "https://[1.2.3.4]",
        "https://[x]",
        "https://a|b.example",
        "https://exa mple.com",
        " https://example.com",
        "https://example.com/a b",
        "https://example.com/\n",
        "https://example.com/\tx",
        "https://example.com/\u00a0",
        "https://example.com/\u200b",
        "https://example.com/\u202egpj.exe",
        "https://example.com/\u00adx",
        "https://example.com/\x00",
        "https://example.com/\ud800",
        "https://example.com/<b>",
        'https://example.com/"x',
        "https://example.com/'x",
        "https://example.com/`x",
        "https://example.com/\\x",
    ],
)
def test_everything_else_is_refused(url: str) -> None:
    assert check_link(url) is None


def test_length_is_limited_in_code_points() -> None:
    url = "https://example.com/" + "ت" * 1980
    assert check_link(url) == url
    assert check_link(url + "x") is None
    assert check_link(url + "x", max_length=2001) == url + "x"


URLISH = st.text(alphabet="htps:/.@[]%?#\\ax10é。اא\u200d\ufdd0\ud800-_ ", max_size=40).map(
    lambda rest: "http://" + rest
)


@given(st.one_of(st.text(alphabet=st.characters(exclude_categories=[])), URLISH))
def test_it_never_raises_and_what_it_accepts_has_the_host_everybody_sees(url: str) -> None:
    if check_link(url) is not None:
        parts = urlsplit(url)
        assert parts.scheme in ("http", "https")
        assert parts.hostname
        assert parts.username is None
        assert parts.port is None or 0 <= parts.port <= 65535


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("انظر https://example.com، ثم", "https://example.com"),
        ("أليس https://example.com/خبر؟", "https://example.com/خبر"),
        ("«https://example.com»", "https://example.com"),
        ("كلمةhttps://example.com؛", "https://example.com"),
        ("see https://example.com/a.b, then", "https://example.com/a.b"),
        ("HTTPS://example.com...", "HTTPS://example.com"),
        ("https://example.com!?", "https://example.com"),
        ("https://example.com…", "https://example.com"),
        ("(https://example.com/x)", "https://example.com/x"),
        ("(https://example.com/x_(y)).", "https://example.com/x_(y)"),
        ("[https://example.com]", "https://example.com"),
        ("https://example.com/a[1].", "https://example.com/a[1]"),
        ('"https://example.com"', "https://example.com"),
        ("'https://example.com',", "https://example.com"),
        ("<https://example.com>", "https://example.com"),
        ("https://example.com\u200f.", "https://example.com"),
        ("https://[::1]:80/x.", "https://[::1]:80/x"),
        ("https://موقع.شبكة/مقال?س=ج#ف،", "https://موقع.شبكة/مقال?س=ج#ف"),
        ("https://example.com/?a=1&b=2;", "https://example.com/?a=1&b=2"),
    ],
)
def test_an_address_ends_where_the_sentence_goes_on(text: str, expected: str) -> None:
    assert links(text) == [expected]


@pytest.mark.parametrize(
    "text",
    ["https://", "https://...", "http:// x", "example.com", "ftp://a.b", "xhttps://a.b", "httpſ://a.b"],
)
def test_no_address_is_seen_where_none_is(text: str) -> None:
    assert links(text) == []


@pytest.mark.parametrize(
    "unit",
    ["https://", "https://a(", "(", ")", ".", "https://.", "(x)", "[(", "a.", "https://a.b?(https://", "{"],
)
def test_finding_addresses_takes_linear_time(unit: str) -> None:
    assert growth(links, lambda n: "https://a" + unit * n, 20_000) < 3.2


@pytest.mark.parametrize("host", ["a", "ا", "a.", "ا.", "xn--", "1.", "é-"])
def test_checking_an_address_takes_linear_time(host: str) -> None:
    def check(url: str) -> object:
        return check_link(url, max_length=1_000_000)

    assert growth(check, lambda n: "https://" + host * n, 20_000) < 3.2


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("example.com", "https://example.com"),
        ("example.com/x?y#z", "https://example.com/x?y#z"),
        ("example.com:8080/x", "https://example.com:8080/x"),
        ("موقع.شبكة/مقال", "https://موقع.شبكة/مقال"),
        ("http://example.com", "http://example.com"),
        ("ftp://example.com", "ftp://example.com"),
        ("javascript:alert(1.0)", "javascript:alert(1.0)"),
        ("user@example.com", "user@example.com"),
        ("//example.com", "//example.com"),
        ("example", "example"),
        ("a b.c", "a b.c"),
        ("..", ".."),
        ("", ""),
    ],
)
def test_a_scheme_is_added_to_what_looks_like_a_host(typed: str, expected: str) -> None:
    assert add_scheme(typed) == expected
