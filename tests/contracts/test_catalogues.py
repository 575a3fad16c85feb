"""The catalogues: every language says the same things, all of them, and everything that is asked for is there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from email.message import Message
from email.parser import Parser
from pathlib import Path
from string import Formatter

import pytest
from babel import Locale

from service.domain import errors
from service.domain.access import ROLES
from service.domain.desk import VIEWS
from service.domain.errors import ServiceError
from service.domain.moderation import ASKABLE, REASONS, Action, ActorKind, Status
from service.i18n import CATALOGUES, LANGUAGES, STAFF_LANGUAGES, Catalogue, Plural, Text, read_catalogue, t
from service.queries.published import ORDERS
from service.screening.phases import PHASES
from service.storage.uow import CONFLICTS
from service.web.errors import _BY_STATUS
from tests.contracts.source import SERVICE, calls, python_files, text_files

AR, EN = CATALOGUES["ar"], CATALOGUES["en"]
FOLDER = SERVICE / "i18n" / "catalogues"
#: What a reader meets, by language, as the service reads it.
READER = {language: read_catalogue(language, "reader") for language in LANGUAGES}
OTHERS = [language for language in LANGUAGES if language != "en"]
#: Read by an editor who speaks the language. The other files say in their header that nobody has yet.
REVIEWED = {"ar", "en"}
#: What has no words in it.
SAME = {"form.colon"}
#: The name of the product, which stays as it is where its Arabic word means something else or nothing.
NAME = {"product.name"}
#: Texts that may be the same as in English, by language, and no others: a colon, the product's name, and words that
#: the language really shares with English.
SHARED = {
    "ar": SAME,
    # Here a no-break space stands before the colon. «Article» is French before it is English.
    "fr": NAME | {"receipt.article"},
    "fa": SAME | NAME,
    "ur": SAME | NAME,
    "he": SAME | NAME,
    # «Error» is the Spanish word.
    "es": SAME | NAME | {"error.kicker", "page.error_prefix"},
    # «Name» and «Website» are the German words.
    "de": SAME | NAME | {"form.name", "form.website", "receipt.name"},
    "tr": SAME | NAME,
    "id": SAME | NAME,
}
#: Names that stay in Latin letters in every script.
LATIN_NAMES = {"Taliq", "JSON", "HTML", "NaN", "Infinity"}
#: English words that mean nothing in any of the other languages written in Latin letters.
ENGLISH = {"the", "your", "you", "and", "this", "that", "with", "have", "of", "to", "from", "not", "again", "comments"}
SCRIPTS = {"ar": "\u0621-\u064a", "fa": "\u0621-\u06cc", "ur": "\u0621-\u06d2", "he": "\u05d0-\u05ea"}
#: Letters that look right and belong to the neighbour's alphabet, and marks that belong to another script. A search
#: with the right letter would not find them, and a screen reader says them wrong.
FOREIGN = {
    "ar": "\u06a9\u06af\u067e\u0686\u06cc\u06c1\u06d2,;?",
    "fa": "\u0643\u064a\u0649\u0629\u06c1\u06be\u06d2\u0679\u0688\u0691\u06ba\u06d4,;?",
    "ur": "\u0643\u064a\u0649\u0629\u0647,;?.",
    "he": "\u060c\u061f",
}
#: How a title is put between quotation marks.
QUOTED = {
    "ar": "«{title}»",
    "en": "“{title}”",
    "fr": "«\u00a0{title}\u00a0»",
    "fa": "«{title}»",
    "ur": "“{title}”",
    "he": "״{title}״",
    "es": "«{title}»",
    "de": "„{title}“",
    "tr": "“{title}”",
    "id": "“{title}”",
}
#: Words by which only friends and children are addressed.
FAMILIAR = {
    "fr": {"tu", "te", "toi", "ton", "ta", "tes"},
    "fa": {"تو"},
    "ur": {"تم", "تمہارا", "تمہاری", "تمہارے"},
    "es": {"tú", "tu", "tus", "te", "ti", "has", "puedes"},
    "de": {"du", "dich", "dir", "dein", "deine", "deinen", "deinem", "deiner"},
    "tr": {"sen", "seni", "sana", "senin"},
    "id": {"kamu", "kau", "engkau"},
}
#: Codes of the use cases an operator meets on the command line only, where the code itself is the sentence.
COMMAND_LINE_ERRORS = {"site_exists", "login_exists"}
COMMAND_LINE_FIELDS: set[str] = set()
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


def words(text: str) -> set[str]:
    """The words of a text in small letters, without placeholders and the addresses given as examples."""
    return {word.lower() for word in re.findall(r"[^\W\d_]+", spoken(text))}


def spoken(text: str) -> str:
    """A text without placeholders and the addresses given as examples."""
    return re.sub(r"\{\w+\}|name@example\.com|https://example\.com", "", text)


def forms(text: Text) -> tuple[str, ...]:
    return text.forms if isinstance(text, Plural) else (text,)


def plurals(catalogue: Catalogue) -> dict[str, Plural]:
    return {key: text for key, text in catalogue.items() if isinstance(text, Plural)}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def header(path: Path) -> Message:
    """The fields at the top of a file, which gettext keeps as the text of the empty name."""
    found = re.match(r'msgid ""\nmsgstr ""\n((?:".*"\n)+)', path.read_text("utf-8"))
    assert found, path
    return Parser().parsestr("".join(ast.literal_eval(line) for line in found[1].splitlines()))


def test_the_languages_are_those_there_are_catalogues_of() -> None:
    assert LANGUAGES == ("ar", "en", "fr", "fa", "ur", "he", "es", "de", "tr", "id")
    assert set(CATALOGUES) == set(LANGUAGES) == {path.name for path in FOLDER.iterdir() if path.is_dir()}
    files = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.po")}
    assert files == {f"{name}/reader.po" for name in LANGUAGES} | {f"{name}/staff.po" for name in STAFF_LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_readers_are_told_everything_in_every_language(language: str) -> None:
    assert READER[language].keys() == READER["en"].keys()
    assert plurals(READER[language]).keys() == plurals(READER["en"]).keys()


def test_moderators_are_told_everything_in_both_of_theirs() -> None:
    assert AR.keys() == EN.keys()
    assert plurals(AR).keys() == plurals(EN).keys()


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_says_it_with_the_same_placeholders(language: str) -> None:
    for key, text in CATALOGUES[language].items():
        said, wanted = (set().union(*map(placeholders, forms(one))) for one in (text, EN[key]))
        assert said == wanted, key


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.po")), ids=lambda path: "-".join(path.parts[-2:]))
def test_a_file_says_what_it_is_and_whether_anybody_has_reviewed_it(path: Path) -> None:
    said = header(path)
    language = path.parent.name
    assert said["Language"] == language
    assert said["Content-Type"] == "text/plain; charset=utf-8"
    assert said["X-Review"] == ("reviewed" if language in REVIEWED else "unreviewed")
    assert "fuzzy" not in path.read_text("utf-8")
    names = re.findall(r'^msgid "(.+)"$', path.read_text("utf-8"), re.MULTILINE)
    assert len(names) == len(set(names)), "a name twice"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_or_has_spaces_to_spare(language: str) -> None:
    for key, text in texts(language):
        assert text.strip(), key
        assert "  " not in text, key
        # The prefix is followed by something; a French colon has its no-break space.
        assert text == text.strip() or key == "page.error_prefix" or (language, key) == ("fr", "form.colon"), key


def test_no_arabic_text_is_left_in_english() -> None:
    arabic = re.compile("[\u0621-\u064a]")
    assert {key for key in EN if AR[key] == EN[key]} == SAME
    assert {key for key, text in texts("ar") if not arabic.search(text)} == SAME
    assert not [key for key, text in texts("en") if arabic.search(text)]


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_left_in_english_but_what_the_language_shares_with_it(language: str) -> None:
    same = {key for key, text in READER[language].items() if forms(text) == forms(READER["en"][key])}
    assert same == SHARED[language]
    if language not in SCRIPTS:
        assert not [(key, text) for key, text in texts(language) if words(text) & ENGLISH]


@pytest.mark.parametrize("language", SCRIPTS)
def test_every_text_is_in_the_script_of_its_language(language: str) -> None:
    letter = re.compile(f"[{SCRIPTS[language]}]")
    said = [(key, text) for key, text in texts(language) if key in READER[language]]
    assert {key for key, text in said if not letter.search(text)} == SHARED[language]
    for key, text in said:
        assert set(re.findall("[A-Za-z]+", spoken(text))) <= LATIN_NAMES, key
        assert not set(FOREIGN[language]) & set(spoken(text)), key


def test_persian_joins_with_half_spaces() -> None:
    """What belongs to a word is neither written away from it nor run into it."""
    apart = re.compile(r"(?<!\w)ن?می\s|\s(?:ها|های|هایی|تر|ترین|ام|اید|اند)(?!\w)")
    assert not [(key, text) for key, text in texts("fa") if apart.search(text)]
    assert sum("\u200c" in text for _, text in texts("fa")) > 30


@pytest.mark.parametrize("language", LANGUAGES)
def test_quotation_marks_are_the_languages_own(language: str) -> None:
    marks = re.compile("[«»“”„‹›״\"]")
    own = set(marks.findall(QUOTED[language]))
    for key, text in texts(language):
        assert set(marks.findall(text)) <= own, key
        if "{title}" in text:
            assert QUOTED[language] in text, key


@pytest.mark.parametrize("language", FAMILIAR)
def test_readers_are_addressed_politely(language: str) -> None:
    assert not [(key, text) for key, text in texts(language) if words(text) & FAMILIAR[language]]


def test_the_form_says_what_readers_of_the_paper_know_letter_for_letter() -> None:
    assert t("ar", "form.heading") == "اترك تعليقاً"
    assert t("ar", "form.email_note") == "لن يتم نشر عنوان بريدك الإلكتروني."
    assert t("ar", "form.required_note") == "الحقول الإلزامية مشار إليها بـ *"


def test_a_readers_page_asks_for_no_text_that_only_moderators_have() -> None:
    """It would come in English in the middle of a French page."""
    folder = "service/web/templates/"
    readers = (f"{folder}public/", f"{folder}errors/", f"{folder}base.html", f"{folder}macros.html")
    found = [(path, key) for path, key in asked_keys() if path.startswith(readers)]
    assert len(found) > 80
    for path, key in found:
        pattern = re.compile(re.escape(key).replace(r"\*", ".+"))
        assert any(pattern.fullmatch(known) for known in READER["en"]), f"{path} asks for {key}"


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
    found = plurals(CATALOGUES[language])
    assert found
    for key, text in found.items():
        category = {rule(n): text.choose(n) for n in range(1_000)}
        assert all(category[rule(n)] == text.choose(n) for n in range(1_000)), key
        assert sorted(category.values()) == list(range(len(text.forms))), key


COUNTED = (0, 1, 2, 3, 11, 100, 103)
SAID = {
    "ar": ["لا تعليقات بعد", "تعليق واحد", "تعليقان", "3 تعليقات", "11 تعليقاً", "100 تعليق", "103 تعليقات"],
    "en": ["0 comments", "One comment", *(f"{n} comments" for n in COUNTED[2:])],
    "fr": ["0\u00a0commentaire", "1\u00a0commentaire", *(f"{n}\u00a0commentaires" for n in COUNTED[2:])],
    # Persian counts with the singular, and in its own digits.
    "fa": [f"{n} نظر" for n in ("۰", "۱", "۲", "۳", "۱۱", "۱۰۰", "۱۰۳")],
    "ur": ["0 تبصرے", "ایک تبصرہ", *(f"{n} تبصرے" for n in COUNTED[2:])],
    "he": ["0 תגובות", "תגובה אחת", "שתי תגובות", *(f"{n} תגובות" for n in COUNTED[3:])],
    "es": ["0 comentarios", "Un comentario", *(f"{n} comentarios" for n in COUNTED[2:])],
    "de": ["0 Kommentare", "Ein Kommentar", *(f"{n} Kommentare" for n in COUNTED[2:])],
    # A Turkish noun after a number has no plural.
    "tr": ["0 yorum", "Bir yorum", *(f"{n} yorum" for n in COUNTED[2:])],
    "id": [f"{n} komentar" for n in COUNTED],
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_are_counted_as_people_count(language: str) -> None:
    assert [t(language, "thread.count", count=n) for n in COUNTED] == SAID[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_plural_can_be_said_of_every_number(language: str) -> None:
    for key in plurals(CATALOGUES[language]):
        said = [t(language, key, count=n) for n in COUNTED]
        assert not any("{" in text for text in said), key
        if language == "ar":
            assert len(set(said[:6])) == 6, (key, said)
