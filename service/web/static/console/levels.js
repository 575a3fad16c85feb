// An author's level at the desk: a key or a button sets it, and every card of that author on the page says so.

import { once } from "./outbox.js";

const form = (li) => li?.querySelector("form.level");

export class Levels {
  /** `cards` gives those of the page, `nodes` has those that an undo may bring back; `undoable` is what Z takes back. */
  constructor({ outbox, tell, cards, nodes, idOf, undoable, words }) {
    Object.assign(this, { outbox, tell, cards, nodes, idOf, undoable, words });
  }

  shown() { return [...new Set([...this.cards(), ...this.nodes.values()])]; }

  /** The key that set it takes it back. What is on its way already counts as seen. */
  press(li, level) {
    const seen = form(li)?.elements.seen.value;
    if (seen == null) this.tell(this.words.noLevel);
    else this.set(li, seen == level ? "" : level, seen);
  }

  set(li, to, seen = form(li).elements.seen.value, stack = true) {
    const name = once(), comment = this.idOf(li);
    this.nodes.set(comment, li);
    this.see(li, to);
    if (stack) this.undoable.push({ once: name, comment, level: [to, seen] });
    this.outbox.add({ once: name, path: "level", comment, fields: { comment, level: to, seen } });
  }

  undo({ comment, level: [was, to] }) {
    this.set(this.cardOf(comment), to, was, false);
  }

  /** The end of an act. A colleague may have set another level meanwhile: then nothing is set, the comment stays where
   *  it is, and what stands there now counts as seen. Any other refusal leaves what stood there. */
  told(act, { ok, body }) {
    const li = this.cardOf(act.comment), at = ok ? -1 : this.undoable.findIndex((done) => done.once == act.once);
    if (at >= 0) this.undoable.splice(at, 1);
    const detail = ok ? "" : body.detail || this.words.lost, seen = body.seen ?? act.fields.seen;
    this.tell(detail || body.said);
    if (!li) return;
    // Of several on their way the last one says what has been seen.
    if (!ok || !this.outbox.acts.some(({ path }) => path == "level")) this.see(li, seen);
    for (const other of this.theirs(li)) {
      const line = other.querySelector(".standing"), parts = [body.said, other == li && detail].filter(Boolean);
      if (line && "said" in body) line.textContent = parts.map((part) => " · " + part).join("");
      for (const button of form(other).querySelectorAll("button")) button.hidden = button.value == seen;
    }
  }

  cardOf(comment) { return this.shown().find((li) => this.idOf(li) == comment); }

  theirs(li) {
    return this.shown().filter((other) => form(other) && form(other).dataset.author == form(li)?.dataset.author);
  }

  see(li, level) {
    for (const other of this.theirs(li)) form(other).elements.seen.value = level;
  }
}
