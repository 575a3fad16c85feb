from __future__ import annotations

import re
import sys
import threading

import pytest
from html_oracle import seen, violations
from hypothesis import given, settings
from hypothesis import strategies as st
from timing import growth

from service.text import sanitize
from service.text.clean import clean_body
from service.text.inspection import inspect
from service.text.sanitize import MAX_HTML, MAX_MARKUP, render, text_of

REL = 'rel="nofollow ugc noopener"'

#: Pieces that meet each other in the worst ways; ``_`` is a tab.
PIECES = r"""
    <b> </b> <B> </i> <i> <p> </p> <pre> </pre> <ul> <ol> <li> </li> </ul> </ol> <blockquote> </blockquote>
    <br> <br/> <code> </code> <a> </a> <a_href='https://e.example/?a&amp;b=c'> <a_href="javascript:alert(1)">
    <script> </script> <svg> <style> <!-- --> <![CDATA[ ]]> <img_src=x_onerror=alert(1)> <b_onclick=x> < >
    & &lt; &amp; &#60; " ' ` = / \ https://e.example/x https://e.example/?a&b javascript: //evil a كلمة
"""
TAGS = st.sampled_from([piece.replace("_", "\t") for piece in PIECES.split()])
SPACES = st.sampled_from([" ", "\t", "\n", "\n\n", "\u202e", "\u200d", "\ufdd1"])
MARKUP = st.lists(TAGS | SPACES, max_size=40).map("".join)
PLAIN = st.text(alphabet=st.one_of(st.characters(), st.sampled_from("\n &;>\"'ahtps:/.lgtm")), max_size=300)


@given(st.one_of(MARKUP, st.text()))
@settings(max_examples=400, deadline=None)
def test_nothing_outside_the_policy_ever_comes_out(raw: str) -> None:
    assert violations(render(clean_body(raw))) == []


@given(st.one_of(MARKUP, st.text()))
@settings(max_examples=300, deadline=None)
def test_a_browser_reads_the_same_text_as_we_do_and_moves_nothing(raw: str) -> None:
    html = render(clean_body(raw))
    page = seen(html)
    assert page.text == text_of(html)
    for child, parent in page.parents:
        assert (child == "li") == (parent in ("ul", "ol"))
        if child in ("p", "pre", "blockquote", "ul", "ol"):
            assert parent in ("DOCUMENT_FRAGMENT", "li", "blockquote")


@given(PLAIN.map(clean_body).filter(lambda body: "<" not in body))
@settings(max_examples=300, deadline=None)
def test_without_tags_the_text_of_the_html_is_the_typed_text(body: str) -> None:
    assert text_of(render(body)) == body


@given(MARKUP)
@settings(max_examples=300, deadline=None)
def test_whatever_becomes_of_the_tags_words_numbers_and_line_ends_stay_in_order(raw: str) -> None:
    body = clean_body(raw)
    kept = re.compile("[^0-9ء-ي\n]")
    assert kept.sub("", text_of(render(body))) == kept.sub("", body)


@pytest.mark.parametrize(
    "body",
    [
        "a < b && c > d",
        "Tom & Jerry",
        "&lt;b&gt; &amp;amp; &copy; &#60;script&#62; &nbsp",
        "<url>",
        "<3 و > 5",
        "<script>alert(1)</script>",
        "<style>*{display:none}</style>",
        "<b onclick=x>x</b>",
        "<b >x</b >",
        "<b",
        "<!-- hidden --><![CDATA[x]]><?php ?>",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="//evil.example">x</a>',
        '<a href="https://a.example" href="https://a.example">x</a>',
        "<a href=https://a.example>x</a>",
        "<a>x</a>",
        "<strong>open",
        "closed</strong>",
        "<ſtrong>x</ſtrong>",
        "<li>x</li>",
        "<ul>x</ul>",
        "<br>",
        "<b> </b>",
        "<br / >",
        "\u202e<b\u202c>",
    ],
)
def test_what_is_no_allowed_tag_is_shown_as_typed(body: str) -> None:
    html = render(body)
    assert text_of(html) == body
    assert set(seen(html).tags) <= {"p", "a"}
    assert all(value == "https://a.example" for _, name, value in seen(html).attributes if name == "href")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("a\nb", "<p>a<br>\nb</p>"),
        ("a\n\nb", "<p>a</p>\n\n<p>b</p>"),
        ("a\n \t\n\n\nb", "<p>a</p>\n \t\n\n\n<p>b</p>"),
        ("<B>x</b>", "<p><b>x</b></p>"),
        ("<em>a<i>b</i></em>", "<p><em>a<i>b</i></em></p>"),
        ("<b>a<i>b</b>c</i>", "<p><b>a&lt;i&gt;b</b>c&lt;/i&gt;</p>"),
        ("<b>a\n\nb</b>", "<p><b>a<br>\n<br>\nb</b></p>"),
        ("a<br>\nb<br/>c<br />d", "<p>a<br>\nb<br>c<br>d</p>"),
        ("x <p>y</p> z", "<p>x</p> <p>y</p> <p>z</p>"),
        ("<p>a\nb\n</p>", "<p>a<br>\nb\n</p>"),
        ("<p>a<p>b</p></p>", "<p>a&lt;p&gt;b&lt;/p&gt;</p>"),
        ("<b><p>x</p></b>", "<p><b>&lt;p&gt;x&lt;/p&gt;</b></p>"),
        ("<blockquote>q\n\nr</blockquote>\ns", "<blockquote><p>q</p>\n\n<p>r</p></blockquote>\n<p>s</p>"),
        ("<ul>\n<li>a\nb</li>\n</ul>", "<ul>\n<li>a<br>\nb</li>\n</ul>"),
        ("<ol><li>a<ul><li>b</li></ul></li></ol>", "<ol><li>a<ul><li>b</li></ul></li></ol>"),
        ("<pre>a\n\n  b</pre>", "<pre>a\n\n  b</pre>"),
        ("<pre>\n\na</pre>", "\n\n<pre>a</pre>"),
        ("<pre><code>\na &lt;</code></pre>", "<pre><code>\na &amp;lt;</code></pre>"),
        ("", ""),
    ],
)
def test_lines_and_blocks_become_the_expected_html(body: str, expected: str) -> None:
    assert render(body) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("https://a.example", f'<p><a href="https://a.example" {REL}>https://a.example</a></p>'),
        (
            "(https://a.example/?x=1&lt;=2&y)،",
            f'<p>(<a href="https://a.example/?x=1&amp;lt;=2&amp;y" {REL}>https://a.example/?x=1&amp;lt;=2&amp;y</a>)،</p>',
        ),
        (
            "<a onclick=\"x\" HREF='https://a.example'>y</a>",
            f'<p><a href="https://a.example" {REL}>y</a></p>',
        ),
        (
            '<a href="https://a.example/?x&amp;y&copy=1">z</a>',
            f'<p><a href="https://a.example/?x&amp;y&amp;copy=1" {REL}>z</a></p>',
        ),
        (
            '<a href="https://a.example">x<a href="https://b.example">y</a></a>',
            f'<p><a href="https://a.example" {REL}>x&lt;a href="https://b.example"&gt;y&lt;/a&gt;</a></p>',
        ),
        (
            '<a href="https://a.example">https://b.example</a>',
            f'<p><a href="https://a.example" {REL}>https://b.example</a></p>',
        ),
        ("<code>https://a.example</code>", "<p><code>https://a.example</code></p>"),
        ("<pre>https://a.example</pre>", "<pre>https://a.example</pre>"),
        ("https://u@a.example https://1.2.3", "<p>https://u@a.example https://1.2.3</p>"),
        ("a@a.example www.a.example models.py", "<p>a@a.example www.a.example models.py</p>"),
        ("https://a.example/it's", "<p>https://a.example/it's</p>"),
    ],
)
def test_only_checked_addresses_become_links_with_one_rel(body: str, expected: str) -> None:
    assert render(body) == expected


def test_arabic_addresses_become_links() -> None:
    html = render("انظر https://موقع.شبكة/مقال، ثم عد")
    assert ("a", "href", "https://موقع.شبكة/مقال") in seen(html).attributes
    assert text_of(html) == "انظر https://موقع.شبكة/مقال، ثم عد"


def test_above_the_markup_limit_no_tag_is_one() -> None:
    body = "<b>x</b>" * (MAX_MARKUP // 2)
    assert "b" in seen(render(body)).tags
    body += "<"
    assert seen(render(body)).tags == ["p"]
    assert text_of(render(body)) == body


def test_html_that_grows_too_long_falls_back_to_plain_text() -> None:
    body = " ".join(["https://a.example/?" + "&" * 1970] * 6)
    assert len(render(body)) <= MAX_HTML
    assert seen(render(body)).tags == ["p"]
    assert text_of(render(body)) == body


@pytest.mark.parametrize("step", ["_through_bleach", "_through_nh3", "inspect", "read_markup"])
def test_a_step_that_raises_leaves_the_escaped_text(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise ValueError

    monkeypatch.setattr(sanitize, step, fail)
    assert render("<b>a</b>\n&") == "<p>&lt;b&gt;a&lt;/b&gt;<br>\n&amp;</p>"


@pytest.mark.parametrize(
    "made",
    [
        "<p>a</p>",
        '<p onclick="x">abc</p>',
        "<p>abc<script></script></p>",
        "<p>abc<!-- x --></p>",
        "<p>abc",
        "abc</p>",
        "<p><b>abc</p></b>",
        '<a href="https://a.example">abc</a>',
        f'<a href="https://a.example" {REL} id="x">abc</a>',
        f'<a href="https://a.example" href="https://b.example" {REL}>abc</a>',
    ],
)
def test_whatever_the_sanitisers_let_through_stops_at_the_last_look(made: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sanitize, "_through_nh3", lambda html: made)
    assert render("abc") == "<p>abc</p>"


@pytest.mark.parametrize("href", ["javascript:alert(1)", "//evil.example", "https://a@b.example", "http:evil", ""])
def test_the_last_look_takes_out_a_refused_link_and_keeps_its_text(href: str) -> None:
    assert inspect(f'<p>a <a href="{href}" {REL}><b>b</b></a> c</p>', "a b c") == "<p>a <b>b</b> c</p>"


@pytest.mark.parametrize("body", ["a\x00b", "a\ud800b", "a\rb", "\ufdd0lt;b>", "\uffff<b>x</b>"])
def test_a_body_nobody_cleaned_raises_nothing_and_opens_nothing(body: str) -> None:
    html = render(body)
    assert violations(html.encode("utf-8", "replace").decode()) == []


def test_renderings_in_many_threads_do_not_mix() -> None:
    bodies = [f"<b>{n}</b> https://a.example/{n} &lt;{n}" for n in range(40)]
    expected = [render(body) for body in bodies]
    results: list[list[str]] = []
    switch = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=lambda: results.append([render(body) for body in bodies])) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(switch)
    assert results == [expected] * 4


@pytest.mark.parametrize(
    ("head", "unit", "tail"),
    [
        ("", "&", ""),
        ("", "> \" ' ", ""),
        ("", "&lt;", ""),
        ("<b>" * 50, "x", "</b>" * 50),
        ("<b>" * 100, "x", ""),
        ("<ul><li>" * 25, "x\n", "</li></ul>" * 25),
        ("<a href='" * 50, "x", ""),
        ("<a ", "x='' ", ">"),
        ("", "https://a.example ", ""),
        ("https://a.example", "(https://", ""),
        ("x", " ", "x"),
        ("x", "\n", "x"),
        ("x", " \n", "x"),
        ("", "كلمة\n\n", ""),
        ("", "e\u0301", ""),
    ],
)
def test_rendering_takes_linear_time_in_the_text(head: str, unit: str, tail: str) -> None:
    assert growth(render, lambda n: head + unit * (n // len(unit)) + tail, 5_000) < 3.2
