"""axe-core, run inside a page as it stands, shadow roots and all."""

from __future__ import annotations

from functools import cache
from typing import Any

from playwright.sync_api import Page

from tests import npm

#: Every rule axe has, those on trial and those of WCAG's level AAA among them, except for what stands here.
WITHOUT = {
    "color-contrast-enhanced": "level AAA, 7:1; the pages keep level AA, 4.5:1",
    "identical-links-same-purpose": "level AAA: each comment has its «Reply», told apart by what describes it",
    "p-as-heading": "on trial: takes a name in bold above a comment for a heading; it is what names the article",
    "hidden-content": "on trial: says that something is hidden; the states where it shows are judged by themselves",
    "css-orientation-lock": "wants to read the styles, which a page's script cannot; none has an orientation query",
}
#: Where axe cannot tell the contrast (a line drawn as a gradient, a badge of one digit), it is worked out from the
#: nearest colour behind the text. What the page has replaced meanwhile, the desk with its news, is looked at again.
RUN = """
async ([without, times]) => {
  const rules = Object.fromEntries(axe.getRules()
    .filter(({ tags }) => !tags.includes('wcag2a-obsolete') && !tags.includes('deprecated'))
    .map(({ ruleId }) => [ruleId, { enabled: !without.includes(ruleId) }]));
  const looked = () => axe.run(document, { rules, preload: false, elementRef: true });
  const left = ({ violations, incomplete }) =>
    [...violations, ...incomplete].some(({ nodes }) => nodes.some(({ element }) => element?.isConnected === false));
  let found = await looked();
  for (let again = 0; left(found); again++) {
    if (again == times) throw new Error('the page takes away what is looked at each time');
    found = await looked();
  }
  const { Color, getContrast } = axe.commons.color;
  const color = (text) => {
    const made = new Color();
    made.parseString(text);
    return made;
  };
  const contrast = (element) => {
    let behind = element;
    const back = () => color(getComputedStyle(behind).backgroundColor);
    while (back().alpha < 1) {
      behind = behind.parentElement ?? behind.getRootNode().host;
      if (!behind) return 0;
    }
    return getContrast(back(), color(getComputedStyle(element).color));
  };
  const told = (results, wrong = () => true) => results.flatMap(({ id, impact, nodes }) =>
    nodes.filter((n) => wrong(id, n.element)).map((n) => `${id} (${impact}): ${n.target.flat().join(' ')} ` +
      n.html.slice(0, 160) + ' | ' + [...n.any, ...n.all, ...n.none].map((c) => c.message).join('; ')));
  return { rules: Object.values(rules).filter((r) => r.enabled).length, passed: found.passes.length,
    violations: told(found.violations),
    unsure: told(found.incomplete, (id, element) => id != 'color-contrast' || contrast(element) < 4.5) };
}
"""
#: How often a page is looked at again because it had changed.
AGAIN = 5


#: axe takes letters that join for the ligatures of an icon font, and after three such texts looks at the contrast of
#: none in that font: of Arabic it would see nothing. There are no icon fonts here.
LIGATURES = "function _isIconLigature(textVNode) {"


@cache
def _source() -> str:
    source = (npm.unpacked(npm.AXE) / "axe.js").read_text(encoding="utf-8")
    assert source.count(LIGATURES) == 1
    return source.replace(LIGATURES, f"{LIGATURES} return false;")


def judge(page: Page) -> dict[str, Any]:
    """``violations`` and what axe is ``unsure`` about, one line each; how many ``rules`` it had."""
    if not page.evaluate("typeof window.axe == 'object'"):
        page.evaluate(_source())
    found: dict[str, Any] = page.evaluate(RUN, [list(WITHOUT), AGAIN])
    return found
