// When a recorded caller does the next thing: the rules of RecordedLine in voice/transports/recorded.py.

const NO_REPLY_MS = 15000; // a caller who waits for an answer goes on after this
const GIVES_UP_MS = 60000; // and hangs up, when all is said and the line does not end the call, after this

export class CallerTurns {
  constructor(turns) {
    this.turns = [...turns];
    this.phraseMs = 0; // what is left of the caller's own phrase
    this.idleMs = 0; // since the caller's last deed
    this.lineSpokeMs = this.lineSilentMs = 0; // how long the line has been speaking, or silent, by now
    this.lineAnswered = false; // since the caller's last deed
  }

  // `ms` more have gone by, in which the line sounded or was silent: the turn that is due now, or null.
  tick(ms, lineSounds) {
    this.lineSpokeMs = lineSounds ? this.lineSpokeMs + ms : 0;
    this.lineSilentMs = lineSounds ? 0 : this.lineSilentMs + ms;
    this.lineAnswered ||= lineSounds;
    this.phraseMs -= ms;
    if (this.phraseMs > 0) {
      this.idleMs = 0;
      return null;
    }
    this.idleMs += ms;
    if (!this.turns.length) return this.idleMs >= GIVES_UP_MS ? { hang_up: true } : null;
    if (!this.isDue(this.turns[0])) return null;
    const turn = this.turns.shift();
    this.idleMs = 0;
    this.lineAnswered = false;
    this.phraseMs = turn.to_ms - turn.from_ms;
    return turn;
  }

  isDue({ when, wait_ms }) {
    const silent = this.lineSilentMs > 0;
    const patient = this.idleMs < NO_REPLY_MS + wait_ms;
    if (when === "line_speaks") return silent ? !patient : this.lineSpokeMs >= wait_ms;
    if (when === "at_once") return this.idleMs >= wait_ms;
    return !patient || (this.lineAnswered && silent && this.lineSilentMs >= wait_ms);
  }
}
