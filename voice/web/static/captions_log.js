// A call's captions as a log to read: text grows and is corrected in place, what was read stays where it is.

import { texts } from "/static/texts.js";

const AT_THE_END_PX = 48;
const ANNOUNCED_KEPT = 4;
const SILENT_MS = 40000; // the stream beats every 15 s: one that is silent for longer is dead, and nobody told us

export class CaptionsLog {
  // root holds [data-log], [data-announcer] and [data-newer], perhaps [data-elsewhere] and [data-take-away];
  // onSpeaking(who) tells who speaks now, onState(name) how the stream is, onHeld(count) how much a pause holds back.
  constructor(root, { onSpeaking = () => {}, onState = () => {}, onHeld = () => {} } = {}) {
    this.root = root;
    this.log = root.querySelector("[data-log]");
    this.announcer = root.querySelector("[data-announcer]");
    this.newer = root.querySelector("[data-newer]");
    this.onSpeaking = onSpeaking;
    this.onState = onState;
    this.onHeld = onHeld;
    this.listeners = [];
    this.clear();
    this.newer.addEventListener("click", () => {
      this.toTheEnd();
      this.log.focus();
    });
    this.log.addEventListener("scroll", () => {
      if (this.log.clientHeight === this.height) this.following = this.isAtTheEnd(); // else the log moved, not its reader
      if (this.following) this.allRead();
    });
    addEventListener("online", () => this.again());
    new ResizeObserver(() => {
      this.height = this.log.clientHeight;
      if (this.following) this.toTheEnd();
    }).observe(this.log);
  }

  // Another kind of event of the same stream; `handler` gets its data. To be called before `connect`.
  on(name, handler) {
    this.listeners.push([name, handler]);
  }

  connect(url, since = "") {
    this.url = url;
    this.last = since;
    const source = (this.source = new EventSource(since ? `${url}?since=${since}` : url));
    source.onopen = () => this.onState("live");
    source.onerror = () => this.onState(source.readyState === EventSource.CLOSED ? "lost" : "reconnecting");
    const hear = (name, handler) =>
      source.addEventListener(name, ({ data, lastEventId }) => {
        this.last = lastEventId || this.last;
        this.watch();
        handler(JSON.parse(data));
      });
    hear("beat", () => {});
    hear("cue", (cue) => this.show(cue));
    hear("elsewhere", (where) => this.showElsewhere(where));
    hear("end", ({ take_away }) => this.end(take_away));
    for (const [name, handler] of this.listeners) hear(name, handler);
    this.watch();
  }

  watch() {
    clearTimeout(this.silent);
    this.silent = setTimeout(() => this.again(), SILENT_MS);
  }

  // A new connection that goes on where this one stopped.
  again() {
    if (!this.source || this.source.readyState === EventSource.CLOSED) return;
    this.source.close();
    this.onState("reconnecting");
    this.connect(this.url, this.last);
  }

  close() {
    clearTimeout(this.silent);
    this.source?.close();
  }

  clear() {
    this.close();
    this.revs = new Map();
    this.held = null; // newest cue of each segment that came during a pause
    this.log.replaceChildren();
    this.announcer.replaceChildren();
    this.showElsewhere(null);
    this.offer("");
    this.allRead();
    this.following = true;
  }

  end(takeAway) {
    this.close();
    this.resume();
    this.showElsewhere(null);
    this.offer(takeAway);
    this.onState("ended");
  }

  pause() {
    this.held ??= new Map();
    this.onHeld(0);
  }

  resume() {
    const held = this.held ?? new Map();
    this.held = null;
    this.onHeld(0);
    for (const cue of [...held.values()].sort((one, other) => one.seq - other.seq)) this.write(cue);
  }

  show(cue) {
    if (cue.rev <= (this.revs.get(cue.seg) ?? -1)) return; // sent again after a cut
    this.revs.set(cue.seg, cue.rev);
    if (cue.kind === "speaking") this.onSpeaking(cue.who);
    else if (this.held) this.hold(cue);
    else this.write(cue);
  }

  hold(cue) {
    this.held.set(cue.seg, cue);
    this.onHeld([...this.held.values()].filter((one) => one.text && !this.entryOf(one)).length);
  }

  write(cue) {
    let entry = this.entryOf(cue);
    if (!cue.text) {
      this.withdraw(entry);
      return;
    }
    const isNew = !entry;
    if (isNew) this.log.append((entry = this.entry(cue)));
    entry.classList.remove("cue-withdrawn");
    entry.classList.toggle("cue-growing", !cue.final);
    setText(entry.querySelector(".cue-stable"), cue.stable);
    setText(entry.querySelector(".cue-rest"), cue.rest);
    if (cue.final && !(cue.kind === "say" && cue.rev > 0)) this.announce(cue);
    if (this.following) this.toTheEnd();
    else if (isNew) this.oneUnread();
  }

  // Where something stands below, the room stays: nothing that is being read may move.
  withdraw(entry) {
    if (!entry) return;
    if (entry === this.log.lastElementChild) entry.remove();
    else entry.classList.add("cue-withdrawn");
  }

  entryOf(cue) {
    return this.log.querySelector(`[data-seg="${cue.seg}"]`);
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

  oneUnread() {
    this.unread += 1;
    this.newer.hidden = false;
    this.newer.querySelector("[data-unread]").textContent = texts.unread + this.unread;
  }

  allRead() {
    this.unread = 0;
    this.newer.hidden = true;
  }

  isAtTheEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < AT_THE_END_PX;
  }

  toTheEnd() {
    this.log.scrollTop = this.log.scrollHeight;
    this.following = true;
    this.allRead();
  }

  showElsewhere(where) {
    const told = this.root.querySelector("[data-elsewhere]");
    if (!told) return;
    told.hidden = !where;
    told.querySelector("[data-address]").textContent = where?.address ?? "";
    told.querySelector("[data-pin]").textContent = where?.pin ?? "";
  }

  offer(takeAway) {
    const offered = this.root.querySelector("[data-take-away]");
    if (!offered) return;
    offered.hidden = !takeAway;
    offered.querySelector("a").href = takeAway || "";
  }
}

// Only what differs is written: a selection, or a reader's place, survives.
function setText(part, text) {
  if (part.textContent !== text) part.textContent = text;
}
