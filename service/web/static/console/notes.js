// Notes from the desk. They travel with the decisions, so that one written while the network is away is not lost; what
// the server refuses comes back into the dialog.

import { once } from "./outbox.js";

const d = document, dialog = d.getElementById("desk-note"), say = dialog.dataset;
const form = dialog.querySelector("form"), body = form.elements.body, wrong = dialog.querySelector(".wrong");

export class Notes {
  /** `outbox` takes them along; `tell` says a sentence; `cardOf` finds the card of a comment, if it is on the page. */
  constructor({ outbox, tell, cardOf }) {
    Object.assign(this, { outbox, tell, cardOf, about: null, refused: [], entries: new Map() });
    dialog.addEventListener("close", () => {
      if (dialog.returnValue == "send" && body.value.trim()) this.send(body.value);
      else this.drafts.set(this.about, body.value);
      this.next();
    });
    // The keys with which one sends elsewhere too; Enter alone begins a line.
    body.addEventListener("keydown", (event) => {
      if (event.key != "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
      event.preventDefault();
      if (form.reportValidity()) dialog.close("send");
    });
  }

  /** What was begun and left stays, as long as the page does. */
  drafts = new Map();

  open(about, text = this.drafts.get(about) || "", sentence = "") {
    this.about = about;
    body.value = text;
    wrong.textContent = sentence;
    dialog.returnValue = "";
    dialog.showModal();
    body.focus();
  }

  send(text) {
    this.drafts.delete(this.about);
    const name = once();
    this.show(name, this.about, text);
    this.tell(say.added);
    this.outbox.add({ once: name, path: "notes", private: true, fields: { comment: this.about, body: text } });
  }

  /** Whether an act that has come to its end was a note. */
  told(act, { ok, body: answer }) {
    if (act.path != "notes") return false;
    if (!ok) {
      this.entries.get(act.once)?.remove();
      this.refused.push([act.fields.comment, act.fields.body, answer.detail || say.lost]);
      this.next();
    }
    return true;
  }

  next() {
    if (this.refused.length && !d.querySelector("dialog[open]")) this.open(...this.refused.shift());
  }

  /** On its card, as the page will have it when it comes again. */
  show(name, about, text) {
    const inside = this.cardOf(about)?.querySelector(".inside");
    if (!inside) return;
    const entry = d.createElement("p"), label = d.createElement("strong"), words = d.createElement("span");
    entry.className = "glances";
    label.textContent = say.mine;
    words.className = "glance";
    words.dir = "auto";
    words.textContent = text;
    entry.append(label, " ", words);
    inside.insertBefore(entry, inside.querySelector(".actions, .more"));
    this.entries.set(name, entry);
  }
}
