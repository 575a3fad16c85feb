"""Inside pages whose styles are hostile to everything, the embed looks as it does on a bare page; and the page looks
as it did without it.

Two things are the page's to decide: the typeface, and the size of letters between 16 and 24 px (and the colour
scheme). The bare page is given the same, and then every computed property of the parts looked at must be equal,
lengths to half a pixel, places to one.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from service.domain.moderation import Action
from tests import npm
from tests.browser.street import Street, street

pytestmark = pytest.mark.browser

NOW = "2026-11-25T10:30:00Z"
WIDTH = 600
#: What the page around is made of. Its own elements are there to see whether anything leaks out.
AROUND = (
    '<section class="card"><h3 id="h3">قسم</h3><p id="p">نص فيه <a id="a" href="#h3">رابط</a>.</p>'
    '<ul><li id="li">بند</li></ul><form id="form" class="taliq-form"><label id="label" for="field">حقل</label>'
    '<input id="field" class="taliq-name" required><textarea id="area"></textarea>'
    '<button id="button" class="taliq-button btn btn-primary">زر</button></form>'
    '<article id="article" class="taliq-comment"><p class="taliq-body" hidden>خفي</p></article></section>'
)
#: Names and styles. ``{start}`` and ``{end}`` are the wrong way round for the language.
HOSTS: dict[str, str] = {
    "unset": "* { all: unset !important }",
    "initial": "* { all: initial !important }",
    "revert": "* { all: revert !important }",
    "inherit": "* { all: inherit !important }",
    "huge root": "html { font-size: 40px } body { font-size: 2.5rem }",
    "small root": "html { font-size: 50% } body { font-size: 1rem }",
    "direction": "* { direction: {wrong} !important; text-align: {end} !important; unicode-bidi: normal !important }",
    "letters": (
        "* { letter-spacing: 0.5em !important; word-spacing: 2em !important; text-transform: uppercase !important;"
        " text-indent: 3em !important; white-space: nowrap !important; font-variant: small-caps !important;"
        " font-style: italic !important; font-weight: 100 !important; word-break: break-all !important;"
        " text-shadow: 2px 2px red !important; text-align: justify !important }"
    ),
    "lines": (
        "* { line-height: 0 !important; visibility: hidden !important; pointer-events: none !important;"
        " user-select: none !important; cursor: none !important; vertical-align: super !important;"
        " list-style: square !important; quotes: none !important; caret-color: transparent !important;"
        " overflow-wrap: normal !important; tab-size: 40 !important; -webkit-text-fill-color: transparent !important }"
    ),
    "boxes": (
        "div, section, article, p, a, ol, li, form, label, button, input, textarea, span, h2, h3 {"
        " color: red !important;"
        " background: yellow !important; border: 7px solid lime !important; min-height: 90px !important;"
        " display: inline-block !important; max-width: 80px !important; overflow: hidden !important }"
        # How wide its place is, is the page's to say.
        " .frame, .frame div { max-width: none !important; border: 0 !important; display: block !important }"
    ),
    "centred column": ".around { display: flex; flex-direction: column; align-items: center }",
    "row": ".around { display: flex }",
    "grid": ".around { display: grid; justify-items: center; align-items: center }",
    "floats": ".around { display: flow-root } .around > * { float: inline-end }",
    "table": ".around { display: table; inline-size: 100% }",
}
FRAMEWORKS: dict[str, tuple[npm.Package, tuple[str, ...]]] = {
    "Bootstrap, right to left": (npm.BOOTSTRAP, ("dist/css/bootstrap.rtl.min.css",)),
    "Pico": (npm.PICO, ("css/pico.min.css",)),
    "a blog's theme": (npm.CLEAN_BLOG, ("lib/bootstrap/css/bootstrap.min.css", "css/clean-blog.min.css")),
}
PARTS = (
    ".taliq-thread", ".taliq-heading", ".taliq-order", ".taliq-list", ".taliq-comment", ".taliq-avatar", ".taliq-name",
    ".taliq-when", "time", ".taliq-body", ".taliq-body > *", ".taliq-act", ".taliq-reply", ".taliq-replies",
    ".taliq-replies .taliq-body", ".taliq-form", ".taliq-intro", "form", "label", ".taliq-star", "textarea",
    ".taliq-counter", "[name=name]", "[name=email]", "[name=remember]", ".taliq-privacy", ".taliq-send button",
)  # fmt: skip
#: Computed styles of the parts, and where they are in the embed. ``root``: whether in the shadow or moved out of it.
MEASURE = """
([parts, light]) => {
  const box = document.querySelector('[data-taliq]'), root = light ? document.querySelector('#moved') : box.shadowRoot;
  const start = root.querySelector('.taliq-thread').getBoundingClientRect(), found = {};
  const round = (text) => text.replace(/-?[\\d.]+(?:e-\\d+)?px/g, (px) => Math.round(parseFloat(px) * 2) / 2 + 'px');
  for (const part of parts) {
    const element = root.querySelector(part), styles = getComputedStyle(element), r = element.getBoundingClientRect();
    found[part] = {
      style: Object.fromEntries([...styles].filter((name) => !name.startsWith('--'))
        .map((name) => [name, round(styles.getPropertyValue(name))])),
      box: [r.x - start.x, r.y - start.y, r.width, r.height],
    };
  }
  const around = getComputedStyle(box), own = getComputedStyle(root.querySelector('.taliq-thread'));
  return { found, width: start.width, size: parseFloat(own.fontSize),
    given: { 'font-family': around.fontFamily, 'font-size': around.fontSize, 'color-scheme': around.colorScheme } };
}
"""
#: Computed styles of the page's own elements. Those the discussion stands in grow with it.
AROUND_IT = """
() => {
  const grows = /^(block-size|height|perspective-origin|transform-origin|grid-template-rows)$/, found = {};
  const box = document.querySelector('[data-taliq]');
  const own = [...document.querySelectorAll('*')].filter((e) => !box.contains(e) && e.localName != 'script');
  own.forEach((element, number) => {
    const styles = getComputedStyle(element), holds = element.contains(box) || element.matches('html, body');
    found[`${number} ${element.localName}#${element.id}`] = Object.fromEntries([...styles]
      .filter((name) => !(holds && grows.test(name))).map((name) => [name, styles.getPropertyValue(name)]));
  });
  return found;
}
"""
#: Other than the page's own sizes these would make the two pages differ by what is not being compared.
FRAME = f"display: block !important; width: {WIDTH}px !important; margin: 0 !important; padding: 0 !important"


@pytest.fixture(scope="module")
def place(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    path = tmp_path_factory.mktemp("hosts") / "taliq.sqlite3"
    shutil.copy(sqlite_template, path)
    with street(f"sqlite:///{path}") as made:
        room = made.newsroom
        facts = {"thread": "t", "url": f"{made.site}/a/t"}
        first = room.approved(**facts, body="فقرة فيها https://example.org/رابط و <b>غليظ</b>.\n\nوفقرة أخرى.")
        room.approved(**facts, parent=str(first), body="A reply in English, long enough to be one.", name="Sara")
        room.decide(room.pending(**facts, body="ثالث"), Action.APPROVE)
        yield made


def page_of(street: Street, lang: str, sheets: dict[str, str], frame: str = FRAME) -> str:
    """The address of a page with these style sheets; the script is not in it yet."""
    links = []
    for name, text in sheets.items():
        street.put(f"{name}.css", text)
        links.append(f'<link rel="stylesheet" href="/{name}.css">')
    box = f'<div class="frame" style="{frame}"><div class="around">{street.box("t", lang, eager="")}</div></div>'
    whole = street.article(box, lang, head="".join(links), more=AROUND)
    return street.put("host.html", whole.replace(f'<script src="{street.service}/embed.js" defer></script>', ""))


def sheets_of(host: str, lang: str) -> dict[str, str]:
    if host in FRAMEWORKS:
        package, files = FRAMEWORKS[host]
        return {f"s{n}": (npm.unpacked(package) / file).read_text("utf-8") for n, file in enumerate(files)}
    wrong, end = ("ltr", "left") if lang == "ar" else ("rtl", "right")
    return {"s0": HOSTS[host].replace("{wrong}", wrong).replace("{end}", end)}


def open_page(chromium: Browser, address: str) -> Page:
    page = chromium.new_page(viewport={"width": 1000, "height": 900}, reduced_motion="reduce")
    page.set_default_timeout(15_000)
    page.clock.set_fixed_time(NOW)
    page.goto(address)
    return page


def mount(page: Page, street: Street) -> None:
    page.evaluate("addEventListener('taliq:ready', () => { window.mounted = true })")
    page.add_script_tag(url=f"{street.service}/embed.js")
    # Times are said last, in the reader's own words: "… · …".
    page.wait_for_function(
        "window.mounted && [...document.querySelector('[data-taliq]').shadowRoot.querySelectorAll('time')]"
        ".every((time) => time.textContent.includes('·'))"
    )


def differences(hostile: dict[str, Any], bare: dict[str, Any]) -> list[str]:
    """Every property and place that is not as on the bare page."""
    found = []
    for part in PARTS:
        one, other = hostile["found"][part], bare["found"][part]
        for name, value in one["style"].items():
            if value != other["style"][name] and not _nearly(value, other["style"][name]):
                found.append(f"{part} {name}: {value} instead of {other['style'][name]}")
        if any(abs(a - b) > 1 for a, b in zip(one["box"], other["box"], strict=True)):
            found.append(f"{part} is at {one['box']} instead of {other['box']}")
    return found


def _nearly(one: str, other: str) -> bool:
    """Two lengths on both sides of a half pixel are equal."""
    parts = [text.replace("px", "").replace(",", " ").split() for text in (one, other)]
    try:
        numbers = [[float(p) for p in side] for side in parts]
    except ValueError:
        return False
    return len(numbers[0]) == len(numbers[1]) and all(abs(a - b) <= 1 for a, b in zip(*numbers, strict=True))


_BARE: dict[tuple[str, ...], dict[str, Any]] = {}


def as_on_a_bare_page(chromium: Browser, street: Street, lang: str, given: dict[str, str]) -> dict[str, Any]:
    """The same discussion where only the typeface, the size and the colour scheme are given. Measured once."""
    key = (street.service, lang, *given.values())
    if key not in _BARE:
        _BARE[key] = _measure_bare(chromium, street, lang, given)
    return _BARE[key]


def _measure_bare(chromium: Browser, street: Street, lang: str, given: dict[str, str]) -> dict[str, Any]:
    frame = FRAME + "".join(f"; {name}: {value.replace(chr(34), chr(39))}" for name, value in given.items())
    page = open_page(chromium, page_of(street, lang, {}, frame))
    try:
        mount(page, street)
        measured: dict[str, Any] = page.evaluate(MEASURE, [PARTS, False])
        return measured
    finally:
        page.close()


@pytest.mark.parametrize("lang", ["ar", "en"])
@pytest.mark.parametrize("host", [*HOSTS, *FRAMEWORKS])
def test_it_looks_as_on_a_bare_page_and_the_page_as_before(
    chromium: Browser, place: Street, host: str, lang: str
) -> None:
    page = open_page(chromium, page_of(place, lang, sheets_of(host, lang)))
    try:
        before = page.evaluate(AROUND_IT)
        mount(page, place)
        after = page.evaluate(AROUND_IT)
        hostile = page.evaluate(MEASURE, [PARTS, False])
    finally:
        page.close()
    assert after.keys() == before.keys(), "an element more or less outside the box"
    leaks = [
        f"{element} {name}: {value} was {before[element].get(name)}"
        for element, styles in after.items()
        for name, value in styles.items()
        if value != before[element].get(name)
    ]
    assert not leaks, "\n".join(leaks[:20])
    assert hostile["width"] >= WIDTH - 2 * 7, "the discussion is narrower than its place"
    assert 16 <= hostile["size"] <= 24
    bare = as_on_a_bare_page(chromium, place, lang, hostile["given"])
    found = differences(hostile, bare)
    assert not found, f"{len(found)} differences:\n" + "\n".join(found[:30])


# What does its worst to elements themselves; Bootstrap and the blog's theme leave even an unsheltered one alone.
@pytest.mark.parametrize("host", ["unset", "letters", "Pico"])
def test_the_measure_sees_what_it_is_there_for(chromium: Browser, place: Street, host: str) -> None:
    """The control: the same discussion moved out of its shadow, with its style sheet, is broken by the page and
    breaks the page."""
    page = open_page(chromium, page_of(place, "ar", sheets_of(host, "ar")))
    try:
        before = page.evaluate(AROUND_IT)
        mount(page, place)
        given = page.evaluate(MEASURE, [PARTS, False])["given"]
        page.evaluate(
            "() => { const box = document.querySelector('[data-taliq]'), moved = document.createElement('div');"
            " moved.id = 'moved'; const sheet = box.shadowRoot.querySelector('link');"
            " moved.append(...box.shadowRoot.childNodes); box.before(moved);"
            " return new Promise((done) => { const link = sheet.cloneNode(); link.onload = done;"
            " sheet.replaceWith(link) }) }"
        )
        moved = page.evaluate(MEASURE, [PARTS, True])
        after = page.evaluate(AROUND_IT)
    finally:
        page.close()
    found = differences(moved, as_on_a_bare_page(chromium, place, "ar", given))
    assert len(found) > 3, found
    mine = [name for name in after if name.endswith("#button") or name.endswith("#field")]
    was = {name.partition(" ")[2]: styles for name, styles in before.items()}
    assert any(after[name] != was[name.partition(" ")[2]] for name in mine) or "unset" in host
