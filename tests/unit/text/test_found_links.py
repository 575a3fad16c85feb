"""Links as readers and spammers write them."""

from __future__ import annotations

import pytest

from service.text.found_links import found_links, host_of


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("زوروا https://a.example/x?y و www.b.example!", ["a.example", "www.b.example"]),
        ('<a href="https://a.example/">هنا</a>', ["a.example"]),
        # What is shown for an address is not a second link, unless it is another.
        ('<a href="https://a.example/">https://a.example/</a>', ["a.example"]),
        ('<a href="https://a.com/" rel="x">a.com</a>', ["a.com"]),
        ('<a href="https://a.com/">https://b.com/</a>', ["a.com", "b.com"]),
        ("https://a.com/ https://a.com/", ["a.com", "a.com"]),
        ("[url=https://a.com/x]هنا[/url]", ["a.com"]),
        ("hxxp://a.com/x h**p://b.com", ["a.com", "b.com"]),
        ("https://good.com@evil.ru/", ["evil.ru"]),
        ("casino[.]ru casino (dot) com مثال [نقطة] كوم", ["casino.ru", "casino.com", "xn--mgbh0fb.xn--fhbei"]),
        # Torn apart by what draws nothing, in letters of full width, by a Chinese full stop.
        ("casi\u200bno.com ca\u0301sino.com", ["casino.com", "casino.com"]),
        ("ｃａｓｉｎｏ．ｃｏｍ casino。com", ["casino.com", "casino.com"]),
        ("http://192.0.2.7/x http://[2001:db8::1]/", ["192.0.2.7", "[2001:db8::1]"]),
        ("http://xn--mgbh0fb.xn--kgbechtv/ http://مثال.إختبار/", ["xn--mgbh0fb.xn--kgbechtv"] * 2),
    ],
)
def test_what_a_reader_takes_for_a_link_is_one(text: str, hosts: list[str]) -> None:
    assert [link.host for link in found_links(text) if link.plain] == hosts


@pytest.mark.parametrize(
    "text",
    [
        "قال الخبر.لكن أحداً لم يسمع",
        "Mr.Smith said.Then he left",
        "السعر 1.5 والإصدار v1.2.3",
        "راسلوني على me@example.com",
        "اكتبوا example dot com",
        "و/أو ... ؟!",
        "الدالة f(.) g",
    ],
)
def test_what_is_only_written_without_a_space_is_none(text: str) -> None:
    assert [link for link in found_links(text) if link.plain] == []


def test_a_bare_name_with_any_ending_can_be_held_against_a_list() -> None:
    (link,) = found_links("انظروا kasino.wetten فوراً")
    assert (link.host, link.plain) == ("kasino.wetten", False)


def test_the_places_are_those_of_the_text_as_typed() -> None:
    text = "قبلُ ca\u200bsino.com بعدُ https://b.example/x."
    assert [text[link.start : link.end] for link in found_links(text)] == ["ca\u200bsino.com", "https://b.example/x"]


def test_the_host_of_an_address() -> None:
    assert host_of("https://A.example:8080/x") == "a.example"
    assert host_of("https://مثال.إختبار/") == "xn--mgbh0fb.xn--kgbechtv"
    assert host_of("nothing") is None


@pytest.mark.parametrize("text", ["a." * 5_000, "a.b " * 2_500, "a" * 10_000, "a-" * 5_000, "[dot]" * 2_000,
                                  "http://" * 1_400, "(.)" * 3_300, "a.b.c.d.e.f.g.h.i.j.k@" * 450])  # fmt: skip
def test_no_text_is_too_odd_to_be_read(text: str) -> None:
    for link in found_links(text):
        assert 0 <= link.start < link.end <= len(text)
