// Acts on their way to the server. They are kept in the browser until the server has answered, in their order, one at a
// time; each carries a name of its own, so that sent twice it is done once.

const OUTBOX = "taliq:desk:outbox:", DONE = "taliq:desk:done:", KEPT = 3_000;

const read = (key) => {
  try { return JSON.parse(localStorage[key] || "[]"); } catch { return []; }
};
const write = (key, value) => {
  try { localStorage[key] = JSON.stringify(value); } catch { /* Full or forbidden: then it lives as long as the page. */ }
};

export const once = () => btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(18)))).replaceAll("+", "-").replaceAll("/", "_");

export class Outbox {
  /** What waits is one moderator's at one site: `who`. In a browser that several use, nobody sends another's.
   *  `told` hears of every act's end: (act, answer) where answer is {ok, status, body}; `waits` hears how many are left
   *  and whether the last attempt has failed. */
  constructor({ csrf, site, who, told, waits }) {
    Object.assign(this, { csrf, site, told, waits, pause: 0, sending: false, failing: false });
    this.left = OUTBOX + who;
    this.ended = DONE + who;
    this.acts = read(this.left);
    this.done = read(this.ended);
    addEventListener("online", () => this.send(true));
    // A second tab may have sent some of them.
    addEventListener("storage", ({ key }) => { if (key == this.ended) this.done = read(this.ended); });
  }

  add(act) {
    this.acts.push(act);
    this.keep();
    this.send();
  }

  /** Takes an act back that has not left yet; whether it could. */
  drop(name) {
    const at = this.acts.findIndex((act) => act.once == name);
    if (at < 0 || (at == 0 && this.sending)) return false;
    this.acts.splice(at, 1);
    this.keep();
    return true;
  }

  keep() {
    write(this.left, this.acts);
    this.waits(this.acts.length, this.failing);
  }

  async send(now) {
    if (this.sending || (this.timer && !now)) return;
    clearTimeout(this.timer);
    this.timer = 0;
    this.sending = true;
    while (this.acts.length) {
      const act = this.acts[0], answer = await this.post(act);
      if (answer.later) {
        this.failing = answer.status || true;
        this.pause = Math.min(30_000, this.pause * 2 || 1_000);
        this.timer = setTimeout(() => { this.timer = 0; this.send(); }, this.pause);
        this.keep();
        break;
      }
      this.failing = false;
      this.pause = 0;
      this.acts.shift();
      // What is private is kept no longer than it is on its way.
      if (answer.ok && !act.private) {
        this.done = [...read(this.ended), { ...act, made: answer.body }].slice(-KEPT);
        write(this.ended, this.done);
      }
      this.keep();
      this.told(act, answer);
    }
    this.sending = false;
  }

  async post({ path, fields, of, once: name }) {
    const sent = { csrf: this.csrf, site: this.site, once: name, ...fields };
    if (of) {
      const made = this.done.find((act) => act.once == of)?.made;
      if (!made) return { ok: false, status: 404, body: {} };
      Object.assign(sent, made.batch ? { batch: made.batch } : { decision: made.decided });
      path = made.batch ? "undo-batch" : "undo";
    }
    try {
      const got = await fetch("/console/" + path, {
        method: "POST", headers: { Accept: "application/json" }, body: new URLSearchParams(sent), redirect: "manual",
        signal: AbortSignal.timeout(15_000),
      });
      // Led elsewhere: signed out. What is too much, or broken, may be better later.
      if (got.type == "opaqueredirect") return { later: true, status: 401 };
      if (got.status == 429 || got.status >= 500) return { later: true, status: got.status };
      const body = await got.json().catch(() => ({}));
      return { ok: got.ok, status: got.status, body };
    } catch {
      return { later: true };
    }
  }
}
