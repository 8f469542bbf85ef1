// Marking selected words as personal data.

import { post, say, swap } from "./desk_parts.js";

export class Marking {
  #form = document.getElementById("marking");
  #talk;
  #call;
  #changed;
  #marked = null; // {n, begins, ends, word}

  /** changed: called when something else is masked than before. */
  constructor(talk, call, changed) {
    this.#talk = talk;
    this.#call = call;
    this.#changed = changed;
    if (!this.#form) return;
    document.addEventListener("selectionchange", () => this.#selected());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#mark(event.submitter.value);
    });
    this.#form.addEventListener("keydown", (event) => event.key === "Escape" && this.#giveUp());
    document.getElementById("no-mark").addEventListener("click", () => this.#giveUp());
  }

  /** By keyboard: what is selected, or the word one stands on. */
  open() {
    const word = document.activeElement;
    if (!this.#form) return;
    if (getSelection().isCollapsed && word.matches("#talk .w")) getSelection().selectAllChildren(word);
    this.#selected();
    if (this.#marked) this.#form.querySelector("button").focus();
    else say("noSelection");
  }

  async remove(n, row) {
    await this.#done(await post(`${this.#call}/marks/${n}/removal`, {}), row.id);
  }

  async #mark(kind) {
    const { n, begins, ends } = this.#marked;
    await this.#done(await post(`${this.#call}/utterances/${n}/marks`, { begins, ends, kind }), `u${n}`);
  }

  async #done(html, row) {
    if (!swap(html)) return;
    getSelection().removeAllRanges();
    this.#hide();
    this.#talk.renewed();
    document.getElementById(row).focus();
    this.#changed();
    say("saved");
  }

  #selected() {
    const selection = getSelection();
    const row = selection.anchorNode?.parentElement?.closest("#talk > li[data-n]");
    const inside = row && !selection.isCollapsed && row.contains(selection.focusNode);
    const words = inside
      ? [...row.querySelectorAll(".words .w")].filter((word) => selection.containsNode(word, true))
      : [];
    if (words.length) {
      this.#marked = {
        n: row.dataset.n,
        begins: Math.min(...words.map((word) => Number(word.dataset.begins))),
        ends: Math.max(...words.map((word) => Number(word.dataset.ends))),
        word: words.at(-1),
      };
      document.getElementById("marked-text").textContent = `«${words.map((word) => word.textContent).join(" ")}»`;
      this.#form.hidden = false;
    } else if (!this.#form.contains(document.activeElement)) {
      this.#hide();
    }
  }

  #giveUp() {
    const word = this.#marked?.word;
    getSelection().removeAllRanges();
    this.#hide();
    word?.focus();
  }

  #hide() {
    this.#marked = null;
    this.#form.hidden = true;
  }
}
