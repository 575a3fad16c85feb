"""One article is one thread, however its address is spelt."""

from __future__ import annotations

import pytest

from service.domain.site import SitePolicy
from service.domain.threads import MAX_KEY, thread_key
from service.text.urls import canonical_url, origin_of

SPELLINGS = [
    "https://news.example/تحليل/نهر?a=1&b=2",
    "https://news.example/%D8%AA%D8%AD%D9%84%D9%8A%D9%84/%d9%86%d9%87%d8%b1?a=1&b=2",
    "https://news.example/تحليل/نهر?a=1&amp;b=2",
    "HTTPS://NEWS.example:443/تحليل/نهر?a=1&b=2#comments",
    "  https://news.example/تحليل/%D9%86%D9%87%D8%B1?a=1&b=2 ",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_raw_encoded_and_escaped_spellings_are_one(spelling: str) -> None:
    assert canonical_url(spelling) == SPELLINGS[0]
    assert thread_key(spelling.strip(), None) == thread_key(None, spelling) == SPELLINGS[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://news.example/a%2Fb", "https://news.example/a/b"),
        ("https://news.example/a?x=1%26y=2", "https://news.example/a?x=1&y=2"),
        ("https://news.example/a%3Fb", "https://news.example/a?b"),
        ("https://news.example/a", "http://news.example/a"),
        ("https://news.example/a", "https://news.example/A"),
    ],
)
def test_what_means_something_else_stays_something_else(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)


def test_bringing_to_the_canonical_spelling_twice_changes_nothing() -> None:
    for spelling in [*SPELLINGS, "https://news.example/%E2%80%AEx", "https://news.example/%FF%fe", "https://h/%25D8"]:
        once = canonical_url(spelling)
        assert once is not None
        assert canonical_url(once) == once


def test_a_key_of_the_publisher_wins_over_the_address() -> None:
    assert thread_key("article-7", SPELLINGS[0]) == "article-7"


def test_a_long_address_becomes_a_key_of_its_own() -> None:
    keys = {thread_key(None, f"https://news.example/{'x' * 300}{n}") for n in range(3)}
    assert len(keys) == 3
    assert all(len(k) <= MAX_KEY for k in keys)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://News.Example:443/a", "https://news.example"),
        ("http://news.example:8080", "http://news.example:8080"),
        ("https://مثال.مصر/x", "https://xn--mgbh0fb.xn--wgbh1c"),
        ("https://news.example@evil.example/", None),
        ("javascript:alert(1)", None),
        ("//news.example", None),
        ("https:/news.example", None),
        ("https://news.example\\@evil.example", None),
        ("", None),
    ],
)
def test_origins(url: str, origin: str | None) -> None:
    assert origin_of(url) == origin


def test_a_site_owns_only_its_exact_origins() -> None:
    policy = SitePolicy(origins=("https://news.example",))
    assert policy.owns("https://news.example/a")
    for foreign in ("http://news.example/", "https://news.example.evil/", "https://a.news.example/", "https://news.example:444/"):
        assert not policy.owns(foreign)
