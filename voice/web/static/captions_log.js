// A call's captions as a log to read: text grows and is corrected in place, what was read stays where it is.

import { texts } from "/static/texts.js";

const AT_THE_END_PX = 48;
const ANNOUNCED_KEPT = 4;

export class CaptionsLog {
  // root holds [data-log], [data-announcer] and [data-newer]; onSpeaking(who) tells who speaks now.
  constructor(root, { onSpeaking = () => {}, onState = () => {} } = {}) {
    this.log = root.querySelector("[data-log]");
    this.announcer = root.querySelector("[data-announcer]");
    this.newer = root.querySelector("[data-newer]");
    this.onSpeaking = onSpeaking;
    this.onState = onState;
    this.revs = new Map();
    this.newer.addEventListener("click", () => this.toTheEnd());
    this.log.addEventListener("scroll", () => {
      this.following = this.isAtTheEnd();
      if (this.following) this.newer.hidden = true;
    });
    new ResizeObserver(() => this.following && this.toTheEnd()).observe(this.log);
    this.following = true;
  }

  connect(url) {
    this.source = new EventSource(url);
    this.source.onopen = () => this.onState("live");
    this.source.onerror = () => this.onState(this.source.readyState === EventSource.CLOSED ? "lost" : "reconnecting");
    this.source.addEventListener("cue", ({ data }) => this.show(JSON.parse(data)));
    this.source.addEventListener("end", () => {
      this.close();
      this.onState("ended");
    });
  }

  close() {
    this.source?.close();
  }

  clear() {
    this.close();
    this.revs.clear();
    this.log.replaceChildren();
    this.announcer.replaceChildren();
    this.newer.hidden = true;
    this.following = true;
  }

  show(cue) {
    if (cue.rev <= (this.revs.get(cue.seg) ?? -1)) return; // sent again after a cut
    this.revs.set(cue.seg, cue.rev);
    if (cue.kind === "speaking") {
      this.onSpeaking(cue.who);
      return;
    }
    let entry = this.log.querySelector(`[data-seg="${cue.seg}"]`);
    if (!cue.text) {
      entry?.remove();
      return;
    }
    const isNew = !entry;
    if (isNew) this.log.append((entry = this.entry(cue)));
    entry.classList.toggle("cue-growing", !cue.final);
    setText(entry.querySelector(".cue-stable"), cue.stable);
    setText(entry.querySelector(".cue-rest"), cue.rest);
    if (cue.final && !(cue.kind === "say" && cue.rev > 0)) this.announce(cue);
    if (this.following) this.toTheEnd();
    else if (isNew) this.newer.hidden = false;
  }

  entry(cue) {
    const entry = document.createElement("div");
    entry.className = `cue cue-${cue.kind} ${cue.who ? `cue-by-${cue.who}` : ""}`;
    entry.dataset.seg = cue.seg;
    if (cue.who) {
      const who = document.createElement("span");
      who.className = "cue-who";
      who.textContent = texts[`who_${cue.who}`];
      entry.append(who);
    }
    const words = document.createElement("p");
    for (const name of ["cue-stable", "cue-rest"]) {
      const part = document.createElement("span");
      part.className = name;
      words.append(part);
    }
    entry.append(words);
    return entry;
  }

  announce(cue) {
    const said = document.createElement("p");
    said.textContent = cue.who ? `${texts[`who_${cue.who}`]}: ${cue.text}` : cue.text;
    this.announcer.append(said);
    while (this.announcer.children.length > ANNOUNCED_KEPT) this.announcer.firstChild.remove();
  }

  isAtTheEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < AT_THE_END_PX;
  }

  toTheEnd() {
    this.log.scrollTop = this.log.scrollHeight;
    this.newer.hidden = true;
  }
}

// Only what differs is written: a selection, or a reader's place, survives.
function setText(part, text) {
  if (part.textContent !== text) part.textContent = text;
}
