/* Puts a discussion into a page. Its links and its form work without this file too. */
(() => {
const d = document;
const pick = (names, from) => Object.fromEntries(names.map((name) => [name, from(name)]).filter((pair) => pair[1]));
const make = (tag, values) => Object.assign(d.createElement(tag), values);
const focus = (node) => { node.tabIndex = -1; node.focus(); };

const enhance = async (box, set) => {
  const $ = (selector) => box.querySelector(selector), field = (name) => $("form")?.elements[name];
  const origin = set.taliq.replace(/\/$/, "");
  const base = $("form")?.action.replace(/comments$/, "") || `${origin}/v1/sites/${set.site}/`;
  const known = pick(["thread", "url", "title", "lang"], (name) => set[name] || field(name)?.value);
  const { thread, lang = d.documentElement.lang || "ar" } = known;
  const get = async (path, query, part) => {
    const got = await fetch(`${base}${path}?${new URLSearchParams(query)}`, { credentials: "omit" });
    if (!got.ok) throw got;
    // A parsed document is inert: nothing in it runs.
    return new DOMParser().parseFromString(await got.text(), "text/html").querySelector(part);
  };
  const list = (more) => get("comments.html", { thread, lang, ...more }, ".taliq-thread");
  const blank = (more) => get("form", { ...known, lang, ...more }, ".taliq-form");
  let spent; // the form's submission id belongs to a comment that has arrived

  const swap = (node) => $("." + node.className).replaceWith(node);
  const renew = async () => {
    field("submission_id").value = (await blank()).querySelector("[name=submission_id]").value;
    spent = false;
  };
  const count = () => {
    const { value, dataset: { limit } } = field("body"), counter = $(".taliq-counter");
    const size = [...value.replace(/\r\n?/g, "\n").normalize("NFC").trim()].length;
    counter.hidden = size < limit * 0.8;
    counter.classList.toggle("taliq-over", size > limit);
    counter.firstChild.textContent = `${size} / ${limit}`;
  };
  const mark = (note, text) => {
    note.hidden = !(note.textContent = text);
    field(note.id.split("-")[1]).ariaInvalid = !!text;
  };
  const complain = (why, fields = []) => {
    const top = $(".taliq-summary");
    top.querySelector("p").textContent = why;
    top.querySelector("ul").replaceChildren(...fields.map(({ field: name, message: text }) => {
      const item = make("li"), note = $(`#taliq-${name}-error`);
      if (!note) return item.append(text), item;
      mark(note, text);
      const textContent = `${$(`[for=taliq-${name}]`).firstChild.data}: ${text}`;
      return item.append(make("a", { href: "#taliq-" + name, textContent })), item;
    }));
    top.hidden = false;
    focus(top);
  };
  const thank = (text, receipt) => {
    const status = $(".taliq-status");
    status.append(text, " ");
    if (receipt) status.append(make("a", { href: `${base}receipts/${receipt}?lang=${lang}`, textContent: $("form").dataset.follow }));
    field("body").value = field("parent").value = "";
    $(".taliq-replying")?.remove();
    count();
    focus(status);
  };

  // A lost answer leaves the text and its submission id alone: pressing again cannot post twice.
  const send = async () => {
    const { action, dataset: say } = $("form"), button = $("[type=submit]");
    if (button.disabled) return;
    button.disabled = true;
    $(".taliq-summary").hidden = true;
    $(".taliq-status").textContent = "";
    for (const note of box.querySelectorAll(".taliq-error")) mark(note, "");
    try {
      if (spent) await renew();
      const got = await fetch(action, { method: "POST", credentials: "omit",
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        body: JSON.stringify(Object.fromEntries(new FormData($("form")))) });
      const code = got.status, told = await got.json().catch(() => got);
      spent = got.ok || code == 409;
      if (got.ok) thank(told.status == "received" ? say.received : code == 201 ? say.published : say.held, told.receipt);
      else complain(code == 429 ? say.rate : (code < 500 && told.detail) || say.failed, told.fields);
      if (code == 201) list().then(swap).catch(() => {});
      if (spent) await renew().catch(() => {});
    } catch {
      complain(say.offline);
    }
    button.disabled = false;
  };
  const reply = async ({ dataset: { parent } }) => {
    const kept = pick(["body", "name", "email", "website"], (name) => field(name)?.value);
    swap(await blank(parent && { parent }));
    for (const name in kept) field(name).value = kept[name];
    count();
    field("body").focus();
  };
  const turn = async (to) => {
    const page = await list(pick(["cursor", "order"], (name) => new URL(to.href).searchParams.get(name)));
    const first = page.querySelector("article");
    if (to.matches(".taliq-order")) return swap(page), focus(first);
    $(".taliq-list").append(...page.querySelector(".taliq-list").children);
    $(".taliq-next").replaceWith(page.querySelector(".taliq-next") || "");
    focus(first);
  };

  box.onsubmit = () => (send(), false);
  box.oninput = (e) => e.target == field("body") && count();
  box.onclick = (e) => {
    const to = e.target.closest("a");
    if (!to || e.ctrlKey || e.metaKey || e.shiftKey) return;
    const go = { "taliq-more": turn, "taliq-order": turn, "taliq-reply": reply, "taliq-cancel": reply }[to.className];
    if (go) go(to).catch(() => location.assign(to.href));
    return !go;
  };
  if (origin && !d.querySelector('[href*="embed/embed.css"]')) for (const name of ["shared/tokens", "embed/embed"])
    d.head.append(make("link", { rel: "stylesheet", href: `${origin}/static/${name}.css` }));
  if (!$(".taliq-thread, .taliq-form")) box.append(...await Promise.all([list(), blank()]));
};

const start = () => {
  for (const old of d.querySelectorAll("[data-taliq]")) {
    const box = old.matches("a") ? make("div") : old;
    if (box != old) old.replaceWith(box);
    enhance(box, old.dataset).catch(() => box == old || box.append(old)); // service away: the link still leads to it
  }
};
d.readyState == "loading" ? d.addEventListener("DOMContentLoaded", start) : start();
})();
