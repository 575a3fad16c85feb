// Leases: while one moderator reads these comments, colleagues are handed others. They forbid nothing; where they cannot
// be had, the desk works on without.

const HALF = 60_000, MOST = 50;

export class Leases {
  /** `ids` gives what the desk holds, the card being read first. `told` hears who reads which of them, id by name, and
   *  whether this is the first answer since the page was opened. */
  constructor({ csrf, site, ids, told }) {
    Object.assign(this, { csrf, site, ids, told, opened: true, asked: -Infinity, touched: false, given: new Set() });
    // Renewed while somebody is there: a page that is left open keeps nothing from anybody.
    for (const kind of ["keydown", "pointermove", "scroll"]) addEventListener(kind, () => this.touch(), { capture: true, passive: true });
    document.addEventListener("visibilitychange", () => this.touch());
    setInterval(() => { if (this.touched) this.take(); }, HALF);
  }

  touch() {
    this.touched = true;
    // Back after so long that they have ended.
    if (performance.now() - this.asked > 2 * HALF) this.take();
  }

  async take() {
    if (document.hidden) return;
    this.asked = performance.now();
    this.touched = false;
    const [first, ...rest] = this.ids();
    if (!first) return;
    const held = (await this.post({ ids: [first, ...rest.filter((id) => !this.given.has(id))].slice(0, MOST).join(" ") }))?.held;
    if (!held) return;
    const opened = this.opened;
    this.opened = false;
    this.told(held, opened);
  }

  /** Gives one back, which then is taken again only when it is being read. */
  give(id) {
    this.given.add(id);
    this.post({ returned: id });
  }

  async post(fields) {
    try {
      const got = await fetch("/console/leases", {
        method: "POST", headers: { Accept: "application/json" }, redirect: "manual",
        body: new URLSearchParams({ csrf: this.csrf, site: this.site, ...fields }), signal: AbortSignal.timeout(15_000),
      });
      return got.ok ? await got.json() : null;
    } catch { return null; }
  }
}
