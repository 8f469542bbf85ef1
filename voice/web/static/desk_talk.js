// The words of the call: which one looks at, which sound now, which were hardly understood.

import { say } from "./desk_parts.js";

export class Talk {
  #box;
  #sound;
  #row = null; // the one looked at last
  #litRow = null;

  constructor(box, sound) {
    this.#box = box;
    this.#sound = sound;
    box.addEventListener("focusin", (event) => {
      const row = event.target.closest("#talk > li[data-n]");
      if (row) this.#look(row);
    });
    this.renewed();
  }

  /** Rows were put in place anew. */
  renewed() {
    const rows = this.#rows();
    const there = this.#row && document.getElementById(this.#row.id);
    if (there ?? rows[0]) this.#look(there ?? rows[0]);
  }

  /** The row one looks at; the first when it is none yet. */
  current() {
    return this.#row?.isConnected ? this.#row : this.#rows()[0];
  }

  /** When what one looks at was said; null: one looks at none of it. */
  focusedMs() {
    const focused = document.activeElement;
    if (focused?.matches(".w") && focused.dataset.from) return Number(focused.dataset.from);
    const row = focused?.closest("#talk > li[data-n]");
    return row ? Number(row.dataset.at) : null;
  }

  row(step) {
    const rows = this.#rows();
    const inside = document.activeElement?.closest("#talk");
    const next = rows[rows.indexOf(this.current()) + (inside ? step : 0)];
    if (next) focus(next);
  }

  /** To the next word of the row; extend: what lies between stays selected. */
  word(step, extend = false) {
    const words = [...this.current().querySelectorAll(".w")];
    const at = words.indexOf(document.activeElement);
    const next = words[at < 0 ? (step > 0 ? 0 : words.length - 1) : at + step];
    if (!next) return;
    const selection = getSelection();
    const anchor = extend && !selection.isCollapsed ? selection.anchorNode : (words[at] ?? next);
    focus(next);
    if (!extend) return selection.removeAllRanges();
    const from = anchor.parentElement?.closest(".w") ?? anchor;
    const [first, last] = words.indexOf(from) <= words.indexOf(next) ? [from, next] : [next, from];
    const backwards = first !== from;
    const ends = [first.firstChild, 0, last.firstChild, last.firstChild.length];
    if (backwards) selection.setBaseAndExtent(ends[2], ends[3], ends[0], ends[1]);
    else selection.setBaseAndExtent(...ends);
  }

  unsure(step) {
    const words = [...this.#box.querySelectorAll("#talk .w.weak, #talk .w.poor")];
    const here = document.activeElement.closest("#talk .w, #talk > li") ?? this.#row;
    const order = (word) => here.compareDocumentPosition(word);
    const wanted = step > 0 ? Node.DOCUMENT_POSITION_FOLLOWING : Node.DOCUMENT_POSITION_PRECEDING;
    const found = words.filter((word) => word !== here && order(word) & wanted).at(step > 0 ? 0 : -1);
    if (!found) return say("noUnsure");
    focus(found);
    if (found.dataset.from) this.hear(found);
  }

  hear(word) {
    focus(word);
    if (!this.#sound || !word.dataset.from) return say("noSound");
    this.#sound.around(Number(word.dataset.from), Number(word.dataset.to));
  }

  hearRow(row) {
    const words = [...row.querySelectorAll(".w[data-from]:not([data-from=''])")];
    if (!this.#sound || !words.length) return say("noSound");
    this.#sound.stretch(Number(words[0].dataset.from), Number(words.at(-1).dataset.to));
  }

  /** Show the words that sound at this moment. */
  light(ms, follow) {
    let first = null;
    for (const word of this.#box.querySelectorAll("#talk .w")) {
      const { from, to } = word.dataset;
      const lit = from !== "" && Number(from) <= ms && ms < Number(to);
      if (lit !== word.classList.contains("lit")) word.classList.toggle("lit", lit);
      if (lit) first ??= word;
    }
    const row = first?.closest("li");
    if (!follow || !row || row === this.#litRow) return;
    this.#litRow = row;
    if (!document.querySelector("#talk .editor")) row.scrollIntoView({ block: "nearest" });
  }

  #rows() {
    return [...this.#box.querySelectorAll("#talk > li[data-n]")];
  }

  /** One row of the list is reached by Tab: the one looked at last. */
  #look(row) {
    for (const one of this.#rows()) if (one.tabIndex === 0) one.tabIndex = -1;
    row.tabIndex = 0;
    this.#row = row;
  }
}

function focus(element) {
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: "nearest" });
}
