// What may be answered now without speech: buttons, a text field, digits. One for each page that lets a caller answer.

import { texts } from "/static/texts.js";

const TELLS_MS = 250; // what is being typed is sent so often while a person reads along
const TELLS_THAT_MS = 10000; // and that something is typed so often, so that nobody is hurried

export class Answers {
  // root: the element around answers_parts.html. send(message) -> promise; it takes the forms of browser_wire.py and
  // fails with an error whose message is a key of the page's texts.
  constructor(root, send) {
    this.root = root;
    this.send = send;
    this.choices = root.querySelector("[data-choices]");
    this.always = root.querySelector("[data-always]");
    this.field = root.querySelector("[data-typed]");
    this.hint = root.querySelector("[data-hint]");
    this.pad = root.querySelector("[data-pad]");
    this.told = root.querySelector("[data-told]");
    this.unsent = root.querySelector("[data-unsent]");
    this.asked = { asked: 0, live: false };
    this.toldAt = -Infinity;
    root.querySelector("[data-typing]").addEventListener("submit", (event) => {
      event.preventDefault();
      this.write();
    });
    this.field.addEventListener("input", () => this.tellTyping());
    for (const key of root.querySelectorAll("[data-pad-digit]")) {
      key.addEventListener("click", () => this.dial(key.dataset.padDigit));
    }
  }

  // asked: the event Asked of voice/events.py.
  show(asked) {
    if (asked.asked < this.asked.asked) return;
    const before = this.choices.contains(document.activeElement);
    this.asked = asked;
    this.root.hidden = !asked.choices.length && !asked.always.length && !asked.live;
    this.choices.hidden = !asked.choices.length;
    this.fill(this.choices, asked.choices);
    this.fill(this.always, asked.always);
    this.hint.textContent = this.field.placeholder = asked.hint;
    if (this.pad) this.pad.hidden = !asked.digits;
    const labels = asked.choices.map((choice) => choice.label);
    this.told.textContent = labels.length ? `${texts.answers_are} ${labels.join(", ")}.` : "";
    // The button that was pressed is gone: a keyboard must not be left nowhere.
    if (before) (this.choices.hidden ? this.field : this.choices).focus({ preventScroll: true });
  }

  hide() {
    this.asked = { asked: 0, live: false };
    this.root.hidden = true;
    this.unsent.hidden = true;
    clearTimeout(this.due);
  }

  fill(group, choices) {
    const same = choices.map((choice) => choice.choice + choice.label).join("\n");
    if (group.dataset.shown === same) {
      for (const button of group.children) button.disabled = false;
      return;
    }
    group.dataset.shown = same;
    group.replaceChildren(...choices.map((choice) => this.button(choice)));
  }

  button({ choice, label, key }) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button choice";
    button.dataset.choice = choice;
    if (key) {
      const shown = document.createElement("span");
      shown.className = "choice-key";
      shown.setAttribute("aria-hidden", "true");
      shown.textContent = key;
      button.append(shown);
    }
    button.append(label);
    button.addEventListener("click", () => this.tell({ type: "choose", asked: this.asked.asked, choice }));
    return button;
  }

  dial(digit) {
    this.field.value = digit ? this.field.value + digit : this.field.value.slice(0, -1);
    this.tellTyping();
  }

  async write() {
    const text = this.field.value.trim();
    clearTimeout(this.due);
    this.due = 0;
    if (text && (await this.tell({ type: "text", text })) && this.field.value.trim() === text) this.field.value = "";
    this.field.focus();
  }

  async tell(message) {
    this.unsent.hidden = true;
    try {
      await this.send(message);
      return true;
    } catch (error) {
      this.complain(error.message);
      return false;
    }
  }

  // The network is away, or is back; what was answered meanwhile is kept.
  waits(waiting) {
    if (waiting) this.complain("answer_waiting");
    else this.unsent.hidden = true;
  }

  complain(key) {
    this.unsent.textContent = texts[key] ?? texts.answer_refused;
    this.unsent.hidden = false;
  }

  tellTyping() {
    if (this.due) return;
    const every = this.asked.live ? TELLS_MS : TELLS_THAT_MS;
    const wait = Math.max(0, this.toldAt + every - performance.now());
    if (!this.asked.live && wait) return;
    this.due = setTimeout(() => {
      this.due = 0;
      this.toldAt = performance.now();
      this.send({ type: "typing", text: this.asked.live ? this.field.value.slice(0, 1000) : "" }).catch(() => {});
    }, wait);
  }
}
