/* Each <div> or <a> with data-taliq (the service) becomes a discussion. More: EMBED.md. */
(() => {
const d = document, live = new Map(), ME = "taliq:me", HASH = /^#comment-([\w-]+)$/;
const UNITS = { year: 31536e3, month: 2592e3, day: 86400, hour: 3600, minute: 60 };
const SAY = {
  ar: "لم تصل التعليقات.|أعد المحاولة",
  en: "The comments have not arrived.|Try again",
  fr: "Les commentaires ne sont pas arrivés.|Réessayer",
  fa: "نظرها نرسید.|تلاش دوباره",
  ur: "تبصرے نہیں پہنچے۔|دوبارہ",
  he: "התגובות לא הגיעו.|שוב",
  es: "Los comentarios no han llegado.|Reintentar",
  de: "Die Kommentare sind nicht da.|Erneut",
  tr: "Yorumlar gelmedi.|Yeniden",
  id: "Komentar belum tiba.|Coba lagi",
};
const make = (tag, values) => Object.assign(d.createElement(tag), values);
const pick = (names, from) => Object.fromEntries(names.map((name) => [name, from(name)]).filter((pair) => pair[1]));
const focus = (node) => { if (node.tabIndex < 0) node.tabIndex = -1; node.focus(); };
const random = () => crypto.getRandomValues(new Uint32Array(5)).join("-");
const store = (key, value) => {
  try {
    const text = JSON.stringify(value);
    if (text == "{}") delete localStorage[key];
    else if (text) localStorage[key] = text;
    return JSON.parse(localStorage[key] || "{}");
  } catch { return {}; }
};
const ask = (url, more) => fetch(url, { credentials: "omit", signal: AbortSignal.timeout(2e4), ...more });
const part = async (url, name) => {
  const got = await ask(url);
  const node = got.ok && new DOMParser().parseFromString(await got.text(), "text/html").querySelector(".taliq-" + name);
  if (!node) throw got;
  return node;
};
const post = (form, device) => ask(form.action, {
  method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ device, ...Object.fromEntries(new FormData(form)) }),
});

const mount = async (box) => {
  const set = box.dataset, thread = set.thread, end = new AbortController(), { signal } = end;
  const { origin } = new URL(set.taliq), base = `${origin}/v1/sites/${set.site}/`, name = thread || set.url, key = `taliq:${set.site}:${name}`;
  const root = box.shadowRoot || box.attachShadow({ mode: "open" });
  const $ = (name, from = root) => from.querySelector(".taliq-" + name), at = (id) => root.getElementById("comment-" + id);
  const tag = set.lang || box.closest("[lang]")?.lang || "", lang = $("thread", box)?.lang || tag;
  const load = (path, name, query) => part(`${base}${path}?${new URLSearchParams({ lang, ...query })}`, name);
  const list = (more) => load("comments.html", "thread", { thread: name, ...more });
  const blank = () => load("form", "form", pick(["thread", "url", "title"], (name) => set[name]));
  const keep = (changes) => store(key, { ...store(key), ...changes });
  const fire = (name, detail) => box.dispatchEvent(new CustomEvent("taliq:" + name, { bubbles: true, composed: true, detail }));
  const sheet = make("link", { rel: "stylesheet", href: origin + "/static/embed/embed.css" });
  const wait = make("section", { className: "taliq-thread", role: "status", dir: "auto", ariaBusy: true });
  let shown, form, entry, say, exact, relative, typing, born = Date.now(), minute, owns = [];
  const field = (name) => entry?.elements[name];
  live.set(box, { thread, stop: () => (save(), clearInterval(minute), end.abort()) });

  // Drafts keep their id: sent twice, they arrive once.
  const save = () => {
    if (!typing) return;
    typing = clearTimeout(typing);
    const draft = pick(["body", "parent", "submission_id"], (name) => field(name).value);
    keep({ draft: draft.body && { ...draft, to: $("replying bdi").textContent } });
  };
  const later = () => typing ||= setTimeout(save, 300);
  const count = () => {
    const { value, dataset: { limit } } = field("body"), counter = $("counter");
    const left = limit - [...value.replace(/\r\n?/g, "\n").normalize("NFC").trim()].length;
    counter.ariaLive = left < 100 ? "polite" : "off";
    counter.classList.toggle("taliq-over", left < 0);
    counter.textContent = say.left.replace("{count}", left.toLocaleString(form.lang));
  };
  const tick = () => {
    if (d.hidden || !relative) return;
    for (const node of root.querySelectorAll("time")) {
      const then = new Date(node.dateTime), past = (Date.now() - then) / 1e3;
      const unit = Object.keys(UNITS).find((unit) => past >= UNITS[unit]) || "minute";
      node.textContent = `${relative.format(-Math.max(1, past / UNITS[unit] | 0), unit)} · ${exact.format(then)}`;
    }
    if (entry && Date.now() - born > 432e5) blank().then((fresh) => {
      field("token").value = fresh.querySelector("[name=token]").value;
      born = Date.now();
    }).catch(() => {});
  };

  // Where form and waiting comments stand.
  const place = () => {
    const above = at(field("parent")?.value) || shown;
    if (above.nextSibling != form) above.after(form);
    for (const { item, parent } of owns) if (!item.isConnected) (at(parent) || $("list")).after(item);
    tick();
  };
  const swap = (node) => { shown.replaceWith(node); shown = node; place(); };
  const mine = (own, refused) => {
    const item = $("mine", form).content.firstChild.cloneNode(true);
    $("name", item).textContent = own.name;
    $("body", item).textContent = own.body;
    item.querySelector("time").dateTime = own.at;
    $(refused ? "waiting" : "refused", item).remove();
    owns.push({ item, parent: own.parent });
  };
  const follow = async (own) => {
    const waits = { status: "pending" }, { status } = await ask(base + "status/" + own.status_token)
      .then((got) => got.status == 404 ? {} : got.ok ? got.json() : waits).catch(() => waits);
    if (/pending|rejected/.test(status) && !at(own.id)) mine(own, status == "rejected"), place();
    if (status != "pending") keep({ mine: store(key).mine?.filter(({ id }) => id != own.id) });
  };

  const answer = (parent, name) => {
    field("parent").value = parent;
    $("replying bdi", form).textContent = at(parent)?.querySelector(".taliq-name")?.textContent || name;
    $("replying", form).hidden = $("cancel", form).hidden = !parent;
    $("new", form).hidden = parent;
    place();
  };
  const cancel = () => {
    const was = at(field("parent").value);
    answer("");
    later();
    ($("reply", was || form) || field("body")).focus();
  };
  const mark = (note, text) => {
    note.textContent = text;
    field(note.id.split("-")[1]).ariaInvalid = !!text;
  };
  const complain = (why, fields = []) => {
    $("why").textContent = why;
    $("faults").replaceChildren(...fields.map(({ field: name, message }) => {
      const item = make("li"), note = root.getElementById(`taliq-${name}-error`);
      if (!note) return item.append(message), item;
      mark(note, message);
      const textContent = `${field(name).labels[0].firstChild.data}: ${message}`;
      return item.append(make("a", { className: "taliq-fix", href: "#taliq-" + name, textContent })), item;
    }));
    $("summary").hidden = false;
    focus($("summary"));
  };
  const accept = ({ id, status, status_token, created_at: at, open, device }) => {
    const told = $("status"), me = store(ME), own = { id, status_token, at, ...pick(["parent", "name", "body"], (name) => field(name).value) };
    const others = (store(key).mine || []).filter((other) => other.id != id), waits = status == "pending";
    keep({ draft: "", mine: waits ? [...others, own] : others });
    if (me.name) (me.device ||= {})[set.site] = device, store(ME, me);
    if (waits) mine(own, false);
    field("body").value = "";
    field("submission_id").value = random();
    answer("");
    count();
    told.append(say[status] || say.received, " ");
    if (open) told.append(make("a", { href: open, target: "_blank", rel: "noopener", textContent: say.follow }));
    focus(told);
    fire("submitted", { id, status });
    if (status == "approved") list({ comment: id }).then(swap, () => {});
  };
  const send = async () => {
    const button = $("button", form);
    if (button.ariaDisabled) return;
    button.ariaDisabled = true;
    $("summary").hidden = true;
    $("status").textContent = "";
    for (const note of form.querySelectorAll(".taliq-error")) mark(note, "");
    later();
    save();
    let code = "offline", why = say.offline, told = {};
    try {
      const got = await post(entry, (store(ME).device || {})[set.site]), rest = got.headers.get("Retry-After"), { status } = got;
      told = await got.json().catch(() => told);
      if (got.ok && told.status) await accept(told), code = 0;
      else {
        if (status == 409) field("submission_id").value = random();
        code = told.code || status;
        why = status == 429 ? say.rate : (status < 500 && told.detail) || say.failed;
        if (rest > 0) why += ` (${relative.format(rest, "second")})`;
      }
    } catch {}
    button.ariaDisabled = null;
    if (!code) return;
    complain(why, told.fields);
    fire("error", { code });
  };

  const turn = async (to) => {
    const page = await list(pick(["cursor", "order"], (name) => new URL(to.href).searchParams.get(name)));
    const first = page.querySelector("article"), next = $("next");
    if (!next?.contains(to)) return swap(page), focus($(to.className.slice(6)) || first);
    $("list").append(...$("list", page).children);
    next.replaceWith($("next", page) || "");
    place();
    focus(first);
  };
  // Permalinks: :target does not reach in here.
  const seek = async () => {
    const id = HASH.exec(location.hash)?.[1];
    if (!id) return;
    if (!at(id)) {
      const page = await list({ comment: id });
      if ($("notice", page) && live.size > 1) return;
      swap(page);
    }
    const found = at(id) || $("notice");
    $("found")?.classList.remove("taliq-found");
    found.classList.add("taliq-found");
    focus(found);
    found.scrollIntoView();
  };
  const shut = () => {
    const open = $("report-form"), back = open?.previousSibling;
    open?.remove();
    back && $("report", back).focus();
  };
  const acts = {
    more: turn, order: turn, start: turn, cancel, "cancel-report": shut,
    link: ({ dataset: { comment } }) => location.hash == "#comment-" + comment ? seek() : location.hash = "comment-" + comment,
    fix: ({ hash }) => root.querySelector(hash).focus(),
    reply: ({ dataset: { parent } }) => { answer(parent); later(); field("body").focus(); },
    report: async (to) => {
      shut();
      const open = await part(to.href + "&fragment=1", "report-form");
      to.closest("article").after(open);
      open.querySelector("input").focus();
    },
  };
  const tell = async (form) => {
    const { ok } = await post(form), open = $("report-form");
    if (!ok) throw ok;
    const thanks = make("p", { className: "taliq-report-form", role: "status", textContent: open.dataset.sent });
    open.replaceWith(thanks);
    focus(thanks);
  };
  const hear = {
    submit: (e) => {
      e.preventDefault();
      e.target == entry ? send() : tell(e.target).catch(() => e.target.submit());
    },
    input: ({ target }) => {
      const { checked } = field("remember") || {};
      if (target == field("body")) count(), later();
      else if (checked || target == field("remember"))
        store(ME, checked ? { device: store(ME).device, ...pick(["name", "email", "website"], (name) => field(name)?.value) } : {});
    },
    click: (e) => {
      const to = e.target.closest("a"), act = acts[to?.className.slice(6)];
      if (!act || e.ctrlKey || e.metaKey || e.shiftKey) return;
      e.preventDefault();
      (async () => act(to))().catch(() => location.assign(to.href));
    },
    keydown: ({ key }) => key == "Escape" && ($("report-form") ? shut() : field("parent")?.value && cancel()),
  };

  const styled = new Promise((done, fail) => { sheet.onload = done; sheet.onerror = fail; });
  const [late, again] = (SAY[tag.slice(0, 2)] || SAY.en).split("|");
  const plead = () => wait.replaceChildren(late, " ", make("button", { className: "taliq-button", textContent: again, onclick: () => begin(box) }));
  const slow = setTimeout(plead, 4e3);
  const slot = make("slot"), there = $("thread", box);
  root.replaceChildren(sheet, there ? slot : wait);
  try {
    [shown, form] = await Promise.all([there || list(pick(["order"], (name) => set[name])), $("form", box) || blank(), styled]);
  } catch (why) {
    fire("error", { code: why.status || "offline" });
    plead();
    wait.ariaBusy = false;
    return there || root.append(wait, slot);
  } finally { clearTimeout(slow); }
  if (signal.aborted) return;
  const active = d.activeElement;
  root.replaceChildren(sheet, shown, form);
  if (root.contains(active)) active.focus();
  entry = form.querySelector("form");
  say = entry?.dataset;
  // Slow to make: a task each.
  setTimeout(() => exact = new Intl.DateTimeFormat(form.lang, { dateStyle: "medium", timeStyle: "short" }));
  setTimeout(() => relative = new Intl.RelativeTimeFormat(form.lang));
  setTimeout(tick);
  for (const type in hear) root.addEventListener(type, hear[type], { signal });
  addEventListener("hashchange", () => seek().catch(() => {}), { signal });
  addEventListener("pagehide", save, { signal });
  d.addEventListener("visibilitychange", tick, { signal });
  minute = setInterval(tick, 6e4);
  if (entry) {
    const { draft = {} } = store(key), me = store(ME);
    for (const name in me) if (field(name)) field(name).value ||= me[name];
    field("remember").checked = !!me.name;
    $("remember").hidden = false;
    // Typed before this ran, too.
    if (field("body").value ||= draft.body || "") later();
    field("submission_id").value = draft.submission_id || random();
    answer(field("parent").value || draft.parent || "", draft.to || $("replying bdi").textContent);
    setTimeout(count);
  }
  place();
  fire("ready", { thread: name, count: +shown.dataset.count });
  seek().catch(() => {});
  for (const own of store(key).mine || []) follow(own);
};

const begin = (old) => {
  live.get(old)?.stop();
  live.delete(old);
  const box = old.matches("a") ? make("div") : old;
  if (box != old) {
    Object.assign(box.dataset, old.dataset);
    old.replaceWith(box);
    delete old.dataset.taliq;
    box.append(old);
  }
  mount(box).catch(() => {});
};
const near = new IntersectionObserver((seen) => seen.forEach(({ isIntersecting, target }) => {
  if (isIntersecting) near.unobserve(target), begin(target);
}), { rootMargin: "800px" });
const look = () => {
  for (const [box, { thread, stop }] of live) if (!box.isConnected || box.dataset.thread != thread) stop(), live.delete(box);
  for (const box of d.querySelectorAll("[data-taliq]")) if (!live.has(box)) {
    live.set(box, { thread: box.dataset.thread, stop: () => near.unobserve(box) });
    box.dataset.eager != null || HASH.test(location.hash) ? begin(box) : near.observe(box);
  }
};
new MutationObserver(look).observe(d, { subtree: true, childList: true, attributeFilter: ["data-taliq", "data-thread"] });
look();
})();
