"""Style sheets know no left and right, nothing is fetched from a foreign host, and no file outgrows its reader."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.contracts.source import SERVICE, text_files
from tests.newsroom import Newsroom

MAX_LINES = 300
PHYSICAL = re.compile(
    r"(^|-)(left|right|top|bottom)(-|$)|^(min-|max-)?(width|height)$|^(float|clear)$"
)
#: Values that name a side.
SIDES = re.compile(r"(?<![\w-])(left|right)(?![\w-])|translateX\(")
FOUR = re.compile(r"^(margin|padding|inset|border-(width|style|color)|scroll-(margin|padding))$")
#: Names of XML vocabularies, which nobody fetches.
NAMESPACES = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def declarations(css: str) -> Iterator[tuple[str, str]]:
    """Every ``property: value`` of a style sheet. Conditions in parentheses are about the window, not about sides."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    for found in re.finditer(r"(?<=[{;])\s*([a-z-]+)\s*:\s*([^;{}]+)(?=[;}])", css):
        yield found[1], found[2].strip()


def faults(css: str) -> list[str]:
    """The declarations that would be wrong in one of the two directions."""
    found = []
    for name, value in declarations(css):
        sides = re.split(r"\s+(?![^(]*\))", value) if FOUR.match(name) else []
        if PHYSICAL.search(name) or SIDES.search(value) or (len(sides) == 4 and sides[1] != sides[3]):
            found.append(f"{name}: {value}")
    return found


def test_style_sheets_name_no_side() -> None:
    sheets = dict(text_files(".css"))
    assert len(sheets) >= 6
    assert {path: found for path, css in sheets.items() if (found := faults(css))} == {}


@pytest.mark.parametrize(
    "wrong",
    [
        "margin-left: 1rem",
        "right: 0",
        "border-top-left-radius: 3px",
        "text-align: right",
        "width: 3rem",
        "max-height: 2rem",
        "float: inline-start",
        "padding: 0 1rem 0 2rem",
        "margin: 0 auto 0 calc(1rem + 2px)",
        "transform: translateX(3px)",
        "background-position: left center",
    ],
)
def test_a_side_would_be_seen(wrong: str) -> None:
    assert faults(f"a {{ color: red; {wrong}; }}") == [wrong]


def test_what_is_the_same_in_both_directions_is_let_through() -> None:
    fine = "@media (min-width: 40rem) { a:hover { inset-inline-start: 0; margin: 0 1em 0 1em; line-height: 1; } }"
    assert faults(fine) == []


def test_nothing_is_fetched_from_a_foreign_host() -> None:
    address = re.compile(r"""(?:https?:)?//[^\s"'<>)`\\]+|@import[^;]+|\burl\([^)]*\)""")
    for path, text in text_files(".css", ".js", ".html", ".svg"):
        code = re.sub(r"/\*.*?\*/|\{#.*?#\}|^\s*//[^\n]*|[;}]\s*//[^\n]*", "", text, flags=re.DOTALL | re.MULTILINE)
        assert {found for found in address.findall(code) if found not in NAMESPACES} == set(), path


@pytest.mark.parametrize(
    "address", ["/v1/sites/demo/page?thread=a", "/console/login", "/docs", "/v1/sites/demo/page?thread=a&lang=en"]
)
def test_every_page_says_its_language_and_direction(small_newsroom: Newsroom, address: str) -> None:
    html = small_newsroom.client().get(address).get_data(as_text=True)
    found = re.search(r'<html lang="(ar|en)" dir="(rtl|ltr)">', html)
    assert found is not None
    assert found.groups() in (("ar", "rtl"), ("en", "ltr"))


def test_no_file_of_the_service_is_longer_than_a_reader_can_hold() -> None:
    long = {
        path.relative_to(SERVICE).as_posix(): lines
        for path in SERVICE.rglob("*.py")
        if (lines := len(path.read_text("utf-8").splitlines())) > MAX_LINES
    }
    assert long == {}


def test_the_embed_measures_by_itself_not_by_the_host_page() -> None:
    """A rem is the host's root font size: ten pixels on one site and forty on the next."""
    embed = dict(text_files(".css"))["service/web/static/embed/embed.css"]
    assert re.findall(r"[\d.]+rem\b", embed) == []
