"""Collections of hostile and of ordinary text. ``CORPUS`` names the folder; the samples run without it."""

from __future__ import annotations

import json
import os
import unicodedata
from functools import partial
from pathlib import Path

import pytest
from html_oracle import TAGS, seen, violations

from service.text.bidi import dominant_script, hidden_spans, text_direction
from service.text.clean import clean_body, clean_line
from service.text.fold import fold
from service.text.links import LINK_PATTERN, add_scheme, check_link
from service.text.sanitize import render, text_of

CORPUS = os.environ.get("CORPUS")
needs_corpus = pytest.mark.skipif(CORPUS is None, reason="CORPUS is not set to a folder of text collections")

HOSTILE = [
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<svg/onload=alert(1)>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    '<a href="java\tscript:alert(1)">x</a>',
    "<a href='&#106;avascript:alert(1)'>x</a>",
    '<a href="https://a.example" style="position:fixed" onmouseover="alert(1)">x</a>',
    "<b><a href='javascript:alert(1)'></b>x</a>",
    "<p><table><li><pre></p></table>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<<b>script>alert(1)<</b>/script>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
]
ORDINARY = [
    "تعليق ممتاز ❤️ شكراً @User.IDX",
    '"قال تعالى : "" فاستخف قومه""',
    "5 < 6 && 7 > 2",
    "I <3 U &hearts;",
]


def corpus(pattern: str) -> list[Path]:
    found = sorted(Path(CORPUS or ".").glob(pattern))
    assert found, f"CORPUS has no {pattern}"
    return found


def rows(pattern: str, key: str) -> list[str]:
    # Not splitlines: some of the texts hold a raw U+2028.
    lines = [line for path in corpus(pattern) for line in path.read_text("utf-8").split("\n") if line]
    return [json.loads(line)[key] for line in lines]


def has_allowed_tag(body: str) -> bool:
    """Whether something in it begins like an allowed tag: wider on purpose than the sanitiser's reading."""
    lowered = body.lower()
    return any(f"<{tag}" in lowered or f"</{tag}" in lowered for tag in TAGS)


def assert_safe(raw: str) -> None:
    body = clean_body(raw)
    html = render(body)
    assert violations(html) == [], raw
    assert seen(html).text == text_of(html), raw
    if not has_allowed_tag(body):
        assert text_of(html) == body, raw


@pytest.mark.parametrize("raw", HOSTILE + ORDINARY)
def test_samples_come_out_safe_and_whole(raw: str) -> None:
    assert_safe(raw)


@pytest.mark.parametrize("raw", HOSTILE)
def test_hostile_samples_make_no_foreign_element_and_no_link_but_a_clean_one(raw: str) -> None:
    assert {value for _, name, value in seen(render(clean_body(raw))).attributes if name == "href"} <= {
        "https://a.example"
    }


@needs_corpus
def test_every_script_injection_comes_out_safe_and_whole() -> None:
    injections = rows("xss/*.jsonl", "html")
    assert len(injections) > 1000
    for raw in injections:
        assert_safe(raw)


@needs_corpus
def test_naughty_strings_pass_through_everything() -> None:
    strings = json.loads(corpus("unicode/blns.json")[0].read_text("utf-8"))
    assert len(strings) > 400
    for raw in strings:
        assert_safe(raw)
        for function in (
            clean_line,
            partial(fold, language="ar"),
            text_direction,
            hidden_spans,
            dominant_script,
            add_scheme,
            check_link,
        ):
            function(raw)
        LINK_PATTERN.findall(raw)


@needs_corpus
def test_real_arabic_comments_keep_every_character() -> None:
    comments = rows("abuse/mpold-ar.jsonl", "text")
    assert len(comments) > 1000
    for raw in comments:
        body = clean_body(raw)
        assert has_allowed_tag(body) or text_of(render(body)) == body


@needs_corpus
def test_vowelled_arabic_loses_no_mark() -> None:
    for line in corpus("unicode/arabic-tashkeel-400.txt")[0].read_text("utf-8").splitlines():
        assert clean_body(line) == unicodedata.normalize("NFC", line).strip()


@needs_corpus
def test_presentation_forms_fold_to_plain_letters() -> None:
    for text in rows("unicode/arabic-presentation-forms.jsonl", "text"):
        letters = [char for char in fold(text, "ar") if char.isalpha()]
        assert not any("\ufb50" <= char <= "\ufdff" or "\ufe70" <= char <= "\ufefe" for char in letters)


@needs_corpus
def test_trojan_sources_are_noticed() -> None:
    texts = [t for t in rows("unicode/trojan-source.jsonl", "text") if any("\u202a" <= c <= "\u202e" for c in t)]
    assert texts
    assert all(hidden_spans(text) for text in texts)


@needs_corpus
def test_no_address_that_must_fail_is_accepted() -> None:
    cases = [
        case for case in json.loads(corpus("url/urltestdata.json")[0].read_text("utf-8")) if isinstance(case, dict)
    ]
    accepted = [case for case in cases if check_link(case["input"]) is not None]
    assert len(accepted) > 20
    for case in accepted:
        assert not case.get("failure"), case
        assert case["protocol"] in ("http:", "https:"), case
        assert case["href"].startswith(case["protocol"] + "//" + case["host"]), case
        assert case["username"] == case["password"] == "", case
