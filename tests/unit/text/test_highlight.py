"""Marks stand round exactly what a check has found, whatever the text was made into."""

from __future__ import annotations

import random
import re

import pytest

from service.text.bidi import hidden_spans
from service.text.clean import clean_body
from service.text.highlight import highlighted
from service.text.inspection import text_of
from service.text.sanitize import render

MARK = re.compile("<mark>(.*?)</mark>", re.S)


def marked(body: str, *words: str) -> str:
    spans = [found.span() for word in words for found in re.finditer(re.escape(word), body)]
    return highlighted(render(body), body, spans)


def test_a_word_is_marked_where_it_stands() -> None:
    assert marked("كلام سيئ هنا", "سيئ") == "<p>كلام <mark>سيئ</mark> هنا</p>"


def test_no_span_changes_nothing() -> None:
    html = render("كلام <b>هنا</b> & هناك")
    assert highlighted(html, "كلام <b>هنا</b> & هناك", []) == html


@pytest.mark.parametrize(
    ("body", "word", "html"),
    [
        ("<b>سيئ</b> جدا", "سيئ", "<p><b><mark>سيئ</mark></b> جدا</p>"),
        ("b<b>b</b>b b", "b b", "<p>b<b>b</b><mark>b b</mark></p>"),
        ("one\ntwo", "e\nt", "<p>on<mark>e</mark><br><mark>\nt</mark>wo</p>"),
        ("one\n\ntwo", "one\n\ntwo", "<p><mark>one</mark></p><mark>\n\n</mark><p><mark>two</mark></p>"),
        ("a < b & c", "< b &", "<p>a <mark>&lt; b &amp;</mark> c</p>"),
        ("<script>x</script>", "script>x", "<p>&lt;<mark>script&gt;x</mark>&lt;/script&gt;</p>"),
    ],
)
def test_marks_stand_inside_of_elements(body: str, word: str, html: str) -> None:
    assert marked(body, word) == html


def test_a_mark_crosses_a_link_without_breaking_it() -> None:
    html = marked("see https://spam.example/x now", "e https://spam.example/x n")
    assert MARK.findall(html) == ["e ", "https://spam.example/x", " n"]
    assert 'href="https://spam.example/x"' in html


def test_a_span_within_a_tag_marks_nothing() -> None:
    body = '<a href="https://spam.example/">here</a>'
    assert highlighted(render(body), body, [(3, 20)]) == render(body)


def test_hidden_characters_are_shown_by_number() -> None:
    body = "a\u202ebc\u202c"
    assert highlighted(render(body), body, hidden_spans(body)) == "<p>a<mark>[U+202E]</mark>bc<mark>[U+202C]</mark></p>"


def test_html_of_another_text_comes_back_as_it_is() -> None:
    assert highlighted("<p>one</p>", "two", [(0, 3)]) == "<p>one</p>"


def test_overlapping_spans_are_one_mark() -> None:
    assert highlighted("<p>abcdef</p>", "abcdef", [(2, 4), (0, 3), (4, 5), (1, 2)]) == "<p><mark>abcde</mark>f</p>"


def test_marks_hold_exactly_the_found_words_in_any_text() -> None:
    """Random texts of tags, breaks, entities and links around words that occur once: each is marked whole, and without
    the marks the HTML is what it was.
    """
    chance = random.Random(7)
    stock = ["<b>", "</b>", "<a href='https://e.example/'>", "</a>", "<ul><li>", "</li></ul>", "<br>", "\n", "\n\n"]
    stock += ["&amp;", "&", "<", ">", "كلمة ", "word "]
    stock += ["https://l.example/q?a=1&b=2 ", "<p>", "</p>", "<pre>", "</pre>"]
    for _ in range(1_500):
        words = [f"&{number}<\u0634>{number} " for number in range(chance.randint(1, 4))]
        parts = chance.choices(stock, k=chance.randint(1, 14)) + words
        chance.shuffle(parts)
        body = clean_body("".join(parts))
        html = render(body)
        spans = [found.span() for found in re.finditer(r"&\d<\u0634>\d", body)]
        chance.shuffle(spans)
        done = highlighted(html, body, spans)
        assert re.sub("</?mark>", "", done) == html
        assert sorted(text_of(found) for found in MARK.findall(done)) == sorted(body[s:e] for s, e in spans)
