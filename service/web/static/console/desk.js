// The desk: one comment at a time, a key a decision. What it shows are the cards of the page, which work without it.

import { named, typing } from "./keys.js";
import { Notes } from "./notes.js";
import { once, Outbox } from "./outbox.js";
import { Leases } from "./leases.js";
import { Levels } from "./levels.js";

const d = document, desk = d.getElementById("desk"), say = desk.dataset, list = d.getElementById("queue");
const $ = (selector, from = d) => from.querySelector(selector);
const QUIET = 150, FRESH = 1_000, LATER = 60_000, AHEAD = 10, MOST = 40, EVERY = 3_000, WORDS_A_SECOND = 8;
const phone = matchMedia("(width < 40rem)");
const live = $("#desk-live"), trouble = $("#desk-trouble"), nodes = new Map(), seen = new Set();
let now = null, changed = 0, loading = null, mark = "", etag = "";

const idOf = (li) => li.firstElementChild.dataset.id;
const cards = () => [...list.children];
const tell = (text) => { live.textContent = ""; live.textContent = text; };
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

// --- What is shown

const one = () => list.classList.contains("one");
const show = (li, focus = true) => {
  now?.classList.remove("now");
  now = li || null;
  changed = performance.now();
  desk.classList.toggle("idle", !now);
  $("#desk-empty").hidden = !!now;
  if (!now) return;
  now.classList.add("now");
  for (const button of desk.querySelectorAll("[data-act]"))
    button.disabled = ["approve", "reject", "spam", "reopen"].includes(button.dataset.act) && !$(".act-" + button.dataset.act, now);
  if (focus) now.firstElementChild.focus({ preventScroll: one() });
  // On a telephone the head of the page would leave no room for the comment.
  if (one()) scrollTo({ top: phone.matches ? list.offsetTop : 0 });
  else now.scrollIntoView({ block: "nearest" });
};
const step = (by) => {
  const all = cards(), next = all[all.indexOf(now) + by];
  if (next) show(next);
};
const take = (li) => {
  const next = li.nextElementSibling || li.previousElementSibling;
  li.remove();
  if (li == now) show(next);
  if (list.children.length < AHEAD) refill();
};
const put = (li) => { list.insertBefore(li, now); show(li); };

const adopt = (li) => {
  const id = idOf(li);
  if (seen.has(id)) return null;
  seen.add(id);
  watch.observe(li);
  return li;
};
const page = async (url) => new DOMParser().parseFromString(await (await fetch(url)).text(), "text/html");
/** The next comments, before the last one is reached; at the end of the list those that have come since. */
const refill = () => loading ||= (async () => {
  try {
    const behind = list.dataset.next, whole = await page(behind || location.href), got = $("#queue", whole);
    if (!got) return;
    $("#desk-leases").replaceWith(d.adoptNode($("#desk-leases", whole)));
    const batches = $("#desk-batches");
    if (!batches.contains(d.activeElement)) batches.replaceWith(d.adoptNode($("#desk-batches", whole)));
    if (behind || got.dataset.next) list.dataset.next = got.dataset.next;
    const fresh = [...got.children].map((li) => adopt(d.adoptNode(li))).filter(Boolean);
    list.append(...fresh);
    if (!now) show(list.firstElementChild);
    if (fresh.length) leases.take();
  } catch { /* The next decision asks again. */ } finally { loading = null; }
})();

// --- What colleagues read

const leases = new Leases({
  csrf: say.csrf, site: say.site,
  ids: () => list.dataset.leases && now ? [now, ...cards().filter((li) => li != now)].map(idOf) : [],
  told: (held, opened) => {
    const all = cards();
    // What has only just been opened nobody has read yet; later, the card under the cursor stays and says whose it is.
    const stays = (li) => list.dataset.leases == "show" || (li == now && !(opened && performance.now() - changed < FRESH));
    for (const li of all.filter(stays)) reads(li, held[idOf(li)]);
    for (const li of all.filter((li) => held[idOf(li)] && !stays(li)).sort((a, b) => (a == now) - (b == now))) {
      const id = idOf(li);
      take(li);
      // Whoever reads it may leave it: later it may come again.
      setTimeout(() => seen.delete(id), LATER);
    }
  },
});
const reads = (li, name) => {
  $(".reads", li)?.remove();
  if (!name) return;
  const note = $("#desk-reads").content.firstElementChild.cloneNode(true);
  $("bdi", note).textContent = name;
  li.firstElementChild.prepend(note);
};

// --- Deciding

const outbox = new Outbox({
  csrf: say.csrf, site: say.site, who: say.who,
  waits: (left, failing) => {
    trouble.hidden = !failing;
    if (failing) $("span", trouble).textContent = failing == 401 ? say.signedOut : fill(say.notSaved, { count: left });
  },
  told: (act, answer) => {
    if (answer.body.stayed) tell(fill(say.stayed, { count: answer.body.stayed }));
    if (notes.told(act, answer)) return;
    if (act.path == "level") return levels.told(act, answer);
    if (answer.ok) return act.back && back(act, answer.body);
    const node = nodes.get(act.comment);
    if (node && !node.isConnected) put(node);
    if (node) contested(node, act, answer);
    else tell(answer.body.detail || say.lost);
  },
});
const notes = new Notes({ outbox, tell, cardOf: (id) => cards().map((li) => li.firstElementChild).find((card) => card.dataset.id == id) });
const undoable = [...outbox.done, ...outbox.acts].filter((act) => act.stack).map(({ once, comment, many }) => ({ once, comment, many }));
for (const act of [...outbox.done, ...outbox.acts])
  if (act.of) undoable.splice(undoable.findIndex((done) => done.once == act.of), 1);

const levels = new Levels({ outbox, tell, cards, nodes, idOf, undoable, words: say });

const decide = (action, reason, version) => {
  const li = now, card = li?.firstElementChild;
  if (!card || !$(".act-" + action, li)) return;
  const name = once(), comment = card.dataset.id, fields = { comment, action, version: version || card.dataset.version };
  if (reason) fields.reason = reason;
  nodes.set(comment, li);
  undoable.push({ once: name, comment });
  $(".contested", li)?.remove();
  take(li);
  tell(fill(say["did" + action], { left: list.children.length }));
  outbox.add({ once: name, path: "decide", comment, fields, stack: true });
};
const opinion = () => {
  if (!now) return;
  const comment = idOf(now);
  nodes.set(comment, now);
  take(now);
  tell(say.didopinion);
  outbox.add({ once: once(), path: "opinion", comment, fields: { comment, wanted: "1" } });
};
const undo = () => {
  const last = undoable.pop();
  if (!last) { location.assign(say.record); return; }
  if (last.level) { levels.undo(last); return; }
  tell(say.didundo);
  if (!outbox.drop(last.once)) outbox.add({ once: once(), of: last.once, comment: last.comment, many: last.many, back: true, fields: {} });
  else if (last.many) for (const id of last.many) nodes.get(id) && put(nodes.get(id));
  if (last.many) return;
  const node = nodes.get(last.comment);
  if (node && !node.isConnected && outbox.acts.at(-1)?.of == last.once) {
    // It was decided and taken back: two versions on.
    node.firstElementChild.dataset.version = +node.firstElementChild.dataset.version + 2;
  }
  if (node && !node.isConnected) put(node);
};
/** What an undo has brought back, when this page does not hold it any more. */
const back = async ({ comment, many }) => {
  for (const id of many || [comment]) if (many || !nodes.get(id)?.isConnected) {
    const card = $("article.card", await page(`/console/comments/${id}?site=${encodeURIComponent(say.site)}`));
    const li = d.createElement("li");
    li.append(d.adoptNode(card));
    nodes.set(id, li);
    seen.add(id);
    put(li);
  }
};
/** The loser of a race, and every other refusal, says so on the card itself. */
const contested = (li, act, { status, body }) => {
  const at = undoable.findIndex((done) => done.once == act.once), card = li.firstElementChild;
  if (at >= 0) undoable.splice(at, 1);
  $(".contested", li)?.remove();
  const box = $("#desk-contested").content.firstElementChild.cloneNode(true), { last, comment } = body;
  $("p", box).textContent = status == 409 && last ? fill(say.came, last) : body.detail || say.lost;
  const [keep, override] = box.querySelectorAll("button");
  keep.onclick = () => take(li);
  override.hidden = !comment || !act.fields.action;
  override.onclick = () => { card.dataset.version = comment.version; show(li); decide(act.fields.action, act.fields.reason, comment.version); };
  card.prepend(box);
  show(li);
  tell($("p", box).textContent);
};

// --- What was on the screen long enough to be read

const readFor = new Map();
const watch = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting, intersectionRatio, intersectionRect, rootBounds } of entries) {
    const whole = isIntersecting && (intersectionRatio > 0.95 || intersectionRect.height > (rootBounds?.height || innerHeight) * 0.8);
    const state = readFor.get(target) || { ms: 0, since: 0 };
    if (state.since) state.ms += performance.now() - state.since;
    state.since = whole && !d.hidden ? performance.now() : 0;
    readFor.set(target, state);
  }
}, { threshold: [0, 0.25, 0.5, 0.75, 0.96, 1] });
const wasRead = (li) => {
  const state = readFor.get(li), words = $(".text:last-of-type", li)?.textContent.trim().split(/\s+/).length || 1;
  const ms = state ? state.ms + (state.since ? performance.now() - state.since : 0) : 0;
  return ms >= Math.max(1, words / WORDS_A_SECOND) * 1_000;
};
/** What is nearly the same as this one and waits too: all of it is shown first, with the decision chosen. */
const together = (choice) => {
  const alike = now && $("[data-alike]", now);
  if (alike) location.assign(`${alike.href}&do=${choice}`);
  return !!alike;
};
const many = () => {
  const read = cards().filter((li) => $(".act-approve", li) && wasRead(li)).slice(0, MOST);
  if (!read.length) { tell(say.nothingRead); return; }
  const name = once(), ids = read.map(idOf), fields = { action: "approve" };
  for (const li of read) {
    fields["item-" + idOf(li)] = li.firstElementChild.dataset.version;
    nodes.set(idOf(li), li);
    li.remove();
  }
  undoable.push({ once: name, comment: ids[0], many: ids });
  outbox.add({ once: name, path: "decide-many", comment: ids[0], many: ids, fields, stack: true });
  tell(fill(say.didmany, { count: ids.length }));
  show(list.firstElementChild);
  if (list.children.length < AHEAD) refill();
};

// --- Colleagues and arrivals

const news = async () => {
  if (d.hidden) return;
  const got = await fetch(`/console/news?${new URLSearchParams({ site: say.site, since: mark })}`, {
    headers: { Accept: "application/json", ...(etag && { "If-None-Match": etag }) }, cache: "no-store", redirect: "manual",
  }).catch(() => null);
  if (!got?.ok) return;
  const { mark: next, counts, decided } = await got.json(), first = !mark;
  mark = next;
  etag = got.headers.get("ETag");
  for (const link of d.querySelectorAll(".views a")) if (counts[link.dataset.view]) $(".number", link).textContent = counts[link.dataset.view];
  const mine = new Set([...outbox.done, ...outbox.acts].map((act) => act.made?.decided).filter(Boolean));
  if (!first) for (const { id, comment, version, by, label } of decided) {
    const li = cards().find((li) => idOf(li) == comment);
    if (!li || mine.has(id) || +li.firstElementChild.dataset.version >= version) continue;
    // Never under the cursor: the card that is being read stays, and says what has happened.
    if (li != now) { take(li); continue; }
    if (!$(".contested", li)) contested(li, { fields: {} }, { status: 409, body: { last: { by, label, seconds: 0 } } });
  }
  if (list.children.length < AHEAD) refill();
};

// --- Keys and buttons

const acts = {
  a: () => decide("approve"), A: () => one() && together("approve") || many(), z: undo, e: opinion, j: () => step(1), k: () => step(-1),
  o: () => decide("reopen"), w: () => levels.press(now, "watched"), d: () => levels.press(now, "slow"), b: () => levels.press(now, "blocked"), n: () => now && notes.open(idOf(now)),
  ArrowDown: () => step(1), ArrowUp: () => step(-1),
  s: () => { if (now && now.nextElementSibling) { const li = now; show(li.nextElementSibling); list.append(li); leases.give(idOf(li)); } },
  c: () => now && location.assign(now.firstElementChild.dataset.history + "#around"),
  u: () => now && location.assign($(".digest", now).dataset.author),
  U: () => now && location.assign($(".digest", now).dataset.sweep),
  l: () => { list.classList.toggle("one"); try { localStorage["taliq:desk:list"] = one() ? "" : "1"; } catch { /* Then it starts as always. */ } show(now); },
  "/": () => { $(".find").open = true; $("#find-search").focus(); },
  "?": () => $("#desk-keys").showModal(),
  Escape: () => d.activeElement.blur(),
};
say.reasons.split(" ").forEach((reason, at) => {
  acts[at + 1] = () => reason == "spam" ? decide("spam") : decide("reject", reason);
  acts["Shift" + (at + 1)] = () => together(reason == "spam" ? "spam" : "reject-" + reason);
});
addEventListener("keydown", (event) => {
  if ($("dialog[open]")) return;
  const name = named(event);
  if (!acts[name] || event.repeat && !/Arrow|[jk]/.test(name)) return;
  if (typing(event.target) && name != "Escape") return;
  if (/^(?:Arrow|Escape)/.test(name) && !one()) return;
  event.preventDefault();
  // A key pressed twice by mistake must not judge a comment nobody has seen.
  if (event.timeStamp - changed < QUIET && /^[abdeosw1-8]$/.test(name)) return;
  acts[name]();
});
desk.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-act], [data-key]");
  if (button) (acts[button.dataset.key] || (() => decide(button.dataset.act)))();
});
$("button", trouble).onclick = () => outbox.failing == 401 ? location.reload() : outbox.send(true);
list.addEventListener("submit", (event) => {
  const form = event.target, action = event.submitter?.value;
  if (form.matches(".level")) {
    event.preventDefault();
    levels.set(form.closest("li"), action);
  }
  if (!form.matches(".act")) return;
  event.preventDefault();
  show(form.closest("li"), false);
  decide(action, form.elements.reason?.value);
});
list.addEventListener("focusin", ({ target }) => { const li = target.closest("#queue > li"); if (li && li != now && !one()) show(li, false); });

d.documentElement.classList.add("has-desk");
desk.hidden = false;
try { if (!("list" in list.dataset) && !localStorage["taliq:desk:list"]) list.classList.add("one"); } catch { list.classList.add("one"); }
for (const act of outbox.acts) seen.add(act.comment);
for (const li of cards()) if (!adopt(li)) li.remove();
show(list.firstElementChild, !location.hash && d.activeElement == d.body);
outbox.keep();
outbox.send(true);
leases.take();
if (list.children.length < AHEAD) refill();
news();
setInterval(news, EVERY);
// Leases end unannounced: what has come free is looked for now and then.
setInterval(() => { if (!d.hidden && list.children.length < AHEAD) refill(); }, LATER);
d.addEventListener("visibilitychange", news);
