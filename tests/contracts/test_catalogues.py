"""The catalogues: Arabic and English say the same things, all of them, and everything that is asked for is there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from string import Formatter

import pytest
from babel import Locale

from service.domain import errors
from service.domain.access import ROLES
from service.domain.errors import ServiceError
from service.domain.moderation import ASKABLE, REASONS, Action, ActorKind, Status
from service.i18n import CATALOGUES, LANGUAGES, Plural, t
from service.queries.published import ORDERS
from service.queries.queue import VIEWS
from service.screening.phases import PHASES
from service.storage.uow import CONFLICTS
from service.web.errors import _BY_STATUS
from tests.contracts.source import calls, python_files, text_files

AR, EN = CATALOGUES["ar"], CATALOGUES["en"]
#: Names of languages, which stand in their own language everywhere, and what has no words in it.
SAME = {"form.colon"}
#: Codes of the use cases an operator meets on the command line only, where the code itself is the sentence.
COMMAND_LINE_ERRORS = {"moderator_not_found", "token_not_found", "site_exists", "login_exists"}
COMMAND_LINE_FIELDS = {"too_short"}
KINDS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, ServiceError)}
#: The names under which marshmallow keeps its messages; ours are field codes.
MESSAGES = {"required", "null", "invalid", "invalid_utf8", "invalid_uuid", "type"}


def texts(language: str) -> Iterator[tuple[str, str]]:
    """Every text; a plural one by its key and category."""
    for key, text in CATALOGUES[language].items():
        if isinstance(text, Plural):
            yield from ((f"{key}[{number}]", form) for number, form in enumerate(text.forms))
        else:
            yield key, text


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_both_catalogues_have_the_same_keys() -> None:
    assert set(CATALOGUES) == {"ar", "en"}
    assert AR.keys() == EN.keys()
    assert {k for k, v in AR.items() if isinstance(v, Plural)} == {k for k, v in EN.items() if isinstance(v, Plural)}


def test_both_say_it_with_the_same_placeholders() -> None:
    for key in EN:
        ar, en = AR[key], EN[key]
        if isinstance(ar, Plural) and isinstance(en, Plural):
            assert set().union(*map(placeholders, ar.forms)) == set().union(*map(placeholders, en.forms)), key
        else:
            assert placeholders(str(ar)) == placeholders(str(en)), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_or_has_spaces_to_spare(language: str) -> None:
    for key, text in texts(language):
        assert text.strip(), key
        assert "  " not in text, key
        assert text == text.strip() or key == "page.error_prefix", key


def test_no_arabic_text_is_left_in_english() -> None:
    arabic = re.compile("[\u0621-\u064a]")
    assert {key for key in EN if AR[key] == EN[key]} == SAME
    assert {key for key, text in texts("ar") if not arabic.search(text)} == SAME
    assert not [key for key, text in texts("en") if arabic.search(text)]


def asked_keys() -> Iterator[tuple[str, str]]:
    """Every key, or fixed beginning of one, that code and templates ask for."""
    template = re.compile(r"""\bt\(\s*["']([\w.]+)["'](\s*~)?|\bm\.named\(\s*["']([\w.]+)["']""")
    for path, text in text_files(".html"):
        for found in template.finditer(text):
            yield path, (found[1] or found[3]) + ("*" if found[2] else "")
    for path, tree in python_files():
        for name, call in calls(tree):
            if name == "t" and len(call.args) == 2:
                yield path, _literal(call.args[1])


def _literal(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(p.value) if isinstance(p, ast.Constant) else "*" for p in node.values)
    return "*"


def test_every_text_that_is_asked_for_is_there() -> None:
    found = list(asked_keys())
    assert len(found) > 100
    for path, key in found:
        pattern = re.compile(re.escape(key).replace(r"\*", ".+"))
        assert any(pattern.fullmatch(known) for known in EN), f"{path} asks for {key}"


def error_codes() -> Iterator[str]:
    """The codes of all errors: each kind's own, those written out where one is made, those in tables."""
    yield from (getattr(errors, kind).code for kind in KINDS)
    yield from CONFLICTS.values()
    yield from _BY_STATUS.values()
    for _, tree in python_files():
        for name, call in calls(tree):
            # What the operator has to mend is said in a sentence of its own.
            if name in KINDS - {"ConfigurationError"} and call.args and isinstance(call.args[0], ast.Constant):
                yield str(call.args[0].value)


def field_codes() -> Iterator[str]:
    for path, tree in python_files():
        for name, call in calls(tree):
            if name in ("FieldError", "refuse") and len(call.args) >= 2 and isinstance(call.args[1], ast.Constant):
                yield str(call.args[1].value)
            elif name == "ValidationError" and call.args and isinstance(call.args[0], ast.Constant):
                yield str(call.args[0].value)
        if path == "service/web/moderation/schemas.py":
            yield from (k.value.value for k in ast.walk(tree) if isinstance(k, ast.keyword) and k.arg == "error")
            for node in (n for n in ast.walk(tree) if isinstance(n, ast.Dict)):
                pairs = zip(node.keys, node.values, strict=True)
                yield from (v.value for k, v in pairs if isinstance(k, ast.Constant) and k.value in MESSAGES)


def test_every_error_code_has_a_title_and_a_sentence() -> None:
    codes = set(error_codes()) - COMMAND_LINE_ERRORS - {"configuration", "sign_in_failed"}
    assert {"stale_version", "rate_limited", "bad_cursor", "site_not_found", "malformed_json"} <= codes
    assert len(codes) > 30
    for code in codes:
        assert f"error.{code}" in EN, code
        assert f"error.{code}.detail" in EN, code


def test_every_field_code_has_a_text() -> None:
    codes = set(field_codes()) - COMMAND_LINE_FIELDS
    assert {"required", "too_long", "parent_unknown", "version_required", "not_integer", "client_id_invalid"} <= codes
    assert {code for code in codes if f"field.{code}" not in EN} == set()


def test_everything_with_a_code_has_a_name() -> None:
    findings = {
        call.args[0].value
        for _, tree in python_files("service/screening")
        for name, call in calls(tree)
        if name == "Finding" and isinstance(call.args[0], ast.Constant)
    }
    assert len(findings) > len(PHASES)
    wanted = [f"finding.{code}" for code in findings]
    wanted += [f"status.{status}" for status in Status]
    wanted += [f"action.{action}" for action in Action]
    wanted += [f"notice.{action}" for action in ASKABLE]
    wanted += [f"reason.{reason}" for reason in REASONS]
    wanted += [f"actor.{kind}" for kind in ActorKind]
    wanted += [f"role.{role}" for role in ROLES]
    wanted += [f"view.{view}" for view in VIEWS] + [f"queue.empty.{view}" for view in VIEWS]
    wanted += [f"thread.{part}.{order}" for part in ("order", "switch_order") for order in ORDERS]
    assert [key for key in wanted if key not in EN] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_plurals_have_every_category_of_their_language(language: str) -> None:
    """The rule in the file is gettext's, written by hand; CLDR's, which Babel knows, is the judge of it."""
    rule = Locale.parse(language).plural_form
    plurals = {key: text for key, text in CATALOGUES[language].items() if isinstance(text, Plural)}
    assert plurals
    for key, text in plurals.items():
        category = {rule(n): text.choose(n) for n in range(1_000)}
        assert all(category[rule(n)] == text.choose(n) for n in range(1_000)), key
        assert sorted(category.values()) == list(range(len(text.forms))), key


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ar", ["لا تعليقات بعد", "تعليق واحد", "تعليقان", "3 تعليقات", "11 تعليقاً", "100 تعليق", "103 تعليقات"]),
        ("en", ["0 comments", "One comment", *(f"{n} comments" for n in (2, 3, 11, 100, 103))]),
    ],
)
def test_numbers_are_counted_as_people_count(language: str, said: list[str]) -> None:
    assert [t(language, "thread.count", count=n) for n in (0, 1, 2, 3, 11, 100, 103)] == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_plural_can_be_said_of_every_number(language: str) -> None:
    for key in (key for key, text in CATALOGUES[language].items() if isinstance(text, Plural)):
        said = [t(language, key, count=n) for n in (0, 1, 2, 3, 11, 100, 103)]
        assert not any("{" in text for text in said), key
        if language == "ar":
            assert len(set(said[:6])) == 6, (key, said)
