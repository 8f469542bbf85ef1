// Correcting in place.

import { post, say, swap } from "./desk_parts.js";

export class Editor {
  #talk;
  #call;
  #row = null;
  #form = null;

  constructor(talk, call) {
    this.#talk = talk;
    this.#call = call;
  }

  open(row) {
    if (!row?.querySelector("[data-edit]")) return;
    this.#close();
    this.#row = row;
    this.#form = document.getElementById("editor").content.firstElementChild.cloneNode(true);
    row.classList.add("edited");
    row.querySelector(".said").prepend(this.#form);
    const text = this.#form.querySelector("textarea");
    text.value = row.dataset.text;
    text.focus();
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save(text.value);
    });
    this.#form.querySelector("[data-give-up]").addEventListener("click", () => this.#giveUp());
    this.#form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#giveUp();
      else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.#save(text.value);
      else return;
      event.preventDefault();
    });
  }

  async #save(text) {
    const { n } = this.#row.dataset;
    if (text.trim() === this.#row.dataset.text) return this.#giveUp();
    if (!swap(await post(`${this.#call}/utterances/${n}/correction`, { text }))) return;
    this.#form = null;
    this.#talk.renewed();
    document.getElementById(`u${n}`).focus();
    say("saved");
  }

  #giveUp() {
    const row = this.#row;
    this.#close();
    row.focus();
  }

  #close() {
    this.#form?.remove();
    this.#row?.classList.remove("edited");
    this.#form = null;
  }
}
