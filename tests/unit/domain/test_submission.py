"""What a reader may send: limits to the character, every error at once."""

from __future__ import annotations

import pytest

from service.domain.site import SitePolicy
from service.domain.submission import LIMITS, Submission, read_submission
from tests.newsroom import FIELDS, ORIGIN

POLICY = SitePolicy(origins=(ORIGIN,))


def read(policy: SitePolicy = POLICY, **fields: object) -> tuple[Submission, dict[str, str]]:
    submission, errors = read_submission({**FIELDS, **fields}, policy)
    return submission, {e.field: e.code for e in errors}


@pytest.mark.parametrize("field", ["name", "body", "title"])
@pytest.mark.parametrize("letter", ["a", "ي", "𐍈"])
def test_a_text_may_be_as_long_as_its_limit_and_no_longer(field: str, letter: str) -> None:
    limit = LIMITS[field]
    submission, errors = read(**{field: letter * limit})
    assert not errors
    assert getattr(submission, field) == letter * limit
    assert read(**{field: letter * (limit + 1)})[1] == {field: "too_long"}


def test_a_line_end_is_one_character_however_it_was_sent() -> None:
    body = "a\r\n" * (LIMITS["body"] // 2 - 1) + "ab"
    submission, errors = read(body=body)
    assert not errors
    assert submission.body == body.replace("\r\n", "\n")


def test_characters_are_counted_after_composition() -> None:
    assert not read(name="e\u0301" * LIMITS["name"])[1]


def test_an_address_at_the_limit_and_beyond() -> None:
    long = "a" * 60 + "@" + ".".join(["b" * 60] * 3) + ".example.org"
    assert len(long) <= 256
    assert read(email="x" * 250 + "@example.org")[1] == {"email": "too_long"}
    assert read(email="x" * 65 + "@example.org")[1] == {"email": "email_invalid"}


def test_a_website_at_the_limit_and_beyond() -> None:
    base = "https://example.org/"
    fitting = base + "x" * (LIMITS["website"] - len(base))
    assert read(website=fitting)[0].website == fitting
    assert read(website=fitting + "x")[1] == {"website": "too_long"}


def test_a_thread_key_at_the_limit_and_beyond() -> None:
    assert not read(thread="k" * LIMITS["thread"])[1]
    assert read(thread="k" * (LIMITS["thread"] + 1))[1] == {"thread": "too_long"}


def test_a_url_beyond_the_limit() -> None:
    base = f"{ORIGIN}/"
    assert not read(url=base + "x" * (LIMITS["url"] - len(base)))[1]
    assert read(url=base + "x" * LIMITS["url"])[1] == {"url": "too_long"}


def test_every_error_comes_at_once() -> None:
    _, errors = read(
        name=" \u200b ", email="nobody", body="", website="javascript:alert(1)", parent="x", submission_id="short",
        url="https://evil.example/a",
    )  # fmt: skip
    assert errors == {
        "name": "required",
        "email": "email_invalid",
        "body": "required",
        "website": "website_invalid",
        "parent": "parent_unknown",
        "submission_id": "submission_id_invalid",
        "url": "url_foreign",
    }


@pytest.mark.parametrize("field", list(FIELDS))
@pytest.mark.parametrize("value", [5, True, 1.5, ["a"], {"a": "b"}])
def test_what_is_no_text_is_an_error_of_its_field(field: str, value: object) -> None:
    assert read(**{field: value})[1][field] == "not_text"


def test_a_body_with_too_many_tags_is_an_error_of_its_own() -> None:
    assert not read(body="<" * 100 + "a")[1]
    assert read(body="<" * 101 + "a")[1] == {"body": "too_much_markup"}


def test_the_policy_decides_about_email_and_website() -> None:
    assert not read(SitePolicy(origins=(ORIGIN,), email="optional"), email="")[1]
    assert read(email=None)[1] == {"email": "required"}
    assert read(SitePolicy(origins=(ORIGIN,), website="required"))[1] == {"website": "required"}
    off = SitePolicy(origins=(ORIGIN,), website="off")
    assert read(off, website="javascript:x")[0].website is None
    assert not read(off, website="javascript:x")[1]


def test_a_host_without_a_scheme_becomes_a_link() -> None:
    assert read(website="example.org/me")[0].website == "https://example.org/me"


def test_a_name_is_one_visible_line_without_bidi_overrides() -> None:
    assert read(name="  سل\u202eمى\n علي ")[0].name == "سلمى علي"


def test_two_spellings_of_an_address_are_one() -> None:
    first, second = read(email="Salma@EXAMPLE.org")[0].address, read(email=" salma@example.org ")[0].address
    assert first is not None
    assert second is not None
    assert first.canonical == second.canonical


def test_an_arabic_address_is_an_address() -> None:
    address = read(email="سلمى@مثال.مصر")[0].address
    assert address is not None
    assert address.canonical.endswith("@xn--mgbh0fb.xn--wgbh1c")
