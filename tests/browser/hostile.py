"""A page that shows strangers' HTML as carelessly as a page can, and what the strangers got done on it.

Nothing on these pages restrains a script: no content policy, and what is put in runs as a page's own scripts do.
So whatever does not happen here does not happen because the HTML holds nothing that could.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Error, Page, Request, Route

#: The policy, said once more: the test must not believe what the service believes.
ALLOWED = ("a", "b", "blockquote", "br", "code", "del", "em", "i", "li", "ol", "p", "pre", "strong", "ul")
REL = "nofollow ugc noopener"
#: In every frame before anything else: what an attack does to show that it has run is written down.
WATCH = """
(() => {
  const say = (what) => {
    try {
      let stage = window;
      while (stage.parent !== top) stage = stage.parent;
      top.acts.push(stage.location.pathname + ' ' + what);
    } catch { console.info('ACT ' + what) }
  };
  if (top === window) window.acts = [];
  for (const name of ['alert', 'confirm', 'prompt', 'print', 'open']) window[name] = () => { say(name) };
})();
"""
#: The pointer passes over everything on a page, everything has the focus once, and what that sets off has its time.
PASS_OVER = """
window.passOver = async (page) => {
  for (const node of page.querySelectorAll('*'))
    for (const type of ['pointerover', 'mouseover', 'mouseenter', 'mousemove', 'focus', 'focusin', 'animationstart'])
      node.dispatchEvent(new Event(type, { bubbles: !/^focus$|enter/.test(type) }));
  await new Promise((done) => setTimeout(done, 60));
};
"""
#: Each text as a whole page of its own, several at a time, in frames whose address tells which text it is.
STAGE = """
async (texts) => {
  const left = texts.map((text, number) => ({ text, number }));
  const work = async () => {
    let frame;
    for (let next; (next = left.shift());) {
      frame ??= document.body.appendChild(document.createElement('iframe'));
      const page = frame.contentDocument.open();
      frame.contentWindow.history.replaceState(null, '', '/raw/' + next.number);
      const loaded = new Promise((done) => { frame.onload = done; setTimeout(done, 3000) });
      page.write(next.text);
      page.close();
      await loaded;
      if (frame.contentDocument === page) await passOver(page);
      // A frame that is elsewhere by now has asked for it, and that is written down. The next text gets another.
      if (frame.contentDocument === page) continue;
      frame.remove();
      frame = null;
    }
  };
  await Promise.all(Array.from({ length: 16 }, work));
}
"""


#: What stands on a page: within the texts and names of strangers everything that is not of the policy, with where it
#: is; around them the kinds of elements and attributes, to be compared with those of a harmless page. What threads
#: hold for machines counts as neither, so long as it can be nothing else.
AUDIT = """
([tags, rel]) => {
  const wrong = [], frame = new Set(), strangers = [...document.querySelectorAll('.taliq-body, .text')];
  const names = [...document.querySelectorAll('.taliq-name, .byline strong, .byline .site')];
  const within = (node) => strangers.some((s) => s !== node && s.contains(node));
  const threads = [...document.querySelectorAll('.taliq-thread')];
  // Data for machines: of exactly this type, one in a thread, and what it says is JSON. Any other script is one.
  const isData = (node) => {
    if (node.localName != 'script' || node.getAttribute('type') != 'application/ld+json') return false;
    try { JSON.parse(node.textContent) } catch { wrong.push('no data ' + node.outerHTML) }
    const alone = threads.includes(node.parentNode) && node.parentNode.querySelectorAll('script').length == 1;
    if (!alone || node.attributes.length != 1) wrong.push('misplaced ' + node.outerHTML);
    return true;
  };
  const isWeb = (a) => ['http:', 'https:'].includes(a.protocol) && a.host && !a.username && !a.password;
  for (const node of strangers.flatMap((s) => [...s.querySelectorAll('*')])) {
    // What a check has found is marked, at the desk only.
    const known = tags.includes(node.localName) || (node.localName == 'mark' && node.closest('article.card'));
    if (node.namespaceURI != document.documentElement.namespaceURI || !known)
      wrong.push('element ' + node.outerHTML);
    for (const { name, value } of node.attributes)
      if (node.localName != 'a' || (name != 'href' && (name != 'rel' || value != rel)))
        wrong.push('attribute ' + node.outerHTML);
    if (node.localName == 'a' && !isWeb(node)) wrong.push('address ' + node.outerHTML);
  }
  for (const name of names) {
    if (name.children.length) wrong.push('name ' + name.outerHTML);
    if (name.localName == 'a' && !isWeb(name)) wrong.push('website ' + name.outerHTML);
  }
  for (const node of document.querySelectorAll('body, body *'))
    if (!within(node) && !isData(node)) for (const name of ['', ...node.getAttributeNames()])
      frame.add(node.localName + (name && '[' + name + ']'));
  const walk = document.createTreeWalker(document, NodeFilter.SHOW_COMMENT | NodeFilter.SHOW_PROCESSING_INSTRUCTION);
  while (walk.nextNode()) wrong.push('no element: ' + walk.currentNode.data);
  return { wrong, frame: [...frame], texts: strangers.map((s) => s.textContent), names: names.length };
}
"""


@dataclass
class Acts:
    """``did``: what was done, by the path of the page it was done on."""

    did: Counter[tuple[str, str]] = field(default_factory=Counter)

    def by_page(self, prefix: str) -> set[str]:
        return {path for path, _ in self.did if path.startswith(prefix)}


class Theatre:
    """Opens pages in a context of its own. ``expected``: a pattern of the requests the pages make."""

    def __init__(self, context: BrowserContext, expected: str) -> None:
        self.acts = Acts()
        context.set_default_timeout(60_000)
        context.add_init_script(WATCH + PASS_OVER)
        context.route(re.compile(f"^(?!{expected})"), self._refuse)
        context.on("dialog", lambda dialog: (self._note("dialog", dialog.page.url), dialog.dismiss()))
        context.on("console", lambda message: "ACT " in message.text and self._note(message.text, "?"))
        self.page: Page = context.new_page()
        context.on("page", lambda opened: self._note("window", opened.url))

    def show(self, address: str) -> None:
        """Opens a page, passes over everything on it, and collects what was done."""
        self.page.goto(address)
        try:
            self.page.evaluate("() => passOver(document)")
            self._collect()
        except Error as error:
            # Strangers can do nothing worse to a page than to take the reader away from it.
            raise AssertionError(f"{address} did not stay: {dict(self.acts.did)}") from error

    def audit(self) -> dict[str, Any]:
        """What stands on the page that is open: ``wrong``, ``frame``, ``texts`` of strangers, number of ``names``."""
        found: dict[str, Any] = self.page.evaluate(AUDIT, [ALLOWED, REL])
        return found

    def stage(self, texts: list[str]) -> None:
        """Shows each of the texts as a page of its own within the page that is open."""
        self.page.evaluate(STAGE, texts)
        self._collect()

    def _collect(self) -> None:
        for act in self.page.evaluate("() => window.acts.splice(0)"):
            path, _, what = act.partition(" ")
            self.acts.did[path, what] += 1

    def _refuse(self, route: Route) -> None:
        """What is asked for beyond what the pages need goes nowhere and is written down."""
        self._note(f"request {route.request.url[:200]}", _asker(route.request))
        route.abort()

    def _note(self, what: str, url: str) -> None:
        self.acts.did[urlsplit(url).path, what] += 1


def _asker(request: Request) -> str:
    """The page that asked. A page on its way elsewhere has no frame any more, but says where it comes from."""
    return request.headers.get("referer") or request.frame.url


def page_of(parts: Iterable[str]) -> str:
    """The parts as a page that a server has put together."""
    head = '<!doctype html><html lang="ar"><meta charset="utf-8"><meta name="referrer" content="unsafe-url">'
    return "\n".join((head, "<title>t</title>", *parts))


def page_by_script(comments: list[dict[str, Any]]) -> str:
    """A page whose script puts in what the API gave it: the HTML as HTML, name and website as such."""
    data = json.dumps(comments).replace("<", "\\u003c")
    return page_of(
        (
            "<main></main><script>",
            f"for (const c of {data}) {{",
            "  const by = document.createElement(c.website ? 'a' : 'span'), text = document.createElement('div');",
            "  const box = document.createElement('article');",
            "  box.className = 'taliq-comment'; by.className = 'taliq-name'; text.className = 'taliq-body';",
            "  by.textContent = c.name; if (c.website) by.href = c.website;",
            # Unlike innerHTML, this runs the scripts that are in it.
            "  text.append(document.createRange().createContextualFragment(c.html));",
            "  box.append(by, text); document.querySelector('main').append(box);",
            "}</script>",
        )
    )
