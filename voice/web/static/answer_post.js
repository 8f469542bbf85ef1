// Answers beside the line, one after another: each is sent until the line has it, and done once.

const AGAIN_MS = [500, 1000, 2000, 4000];
const GIVEN_UP = { 404: "answer_over" };

export class AnswerPost {
  // url: of the call's answers. onWaiting(is it): the network is away, answers are kept.
  constructor(url, onWaiting = () => {}) {
    this.url = url;
    this.onWaiting = onWaiting;
    this.last = Promise.resolve();
    this.waiting = 0;
    this.name = [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16)).join("");
    this.sent = 0;
  }

  // Resolves when the line has it; fails with a key of the texts when it will never have it.
  send = (message) => {
    if (message.type === "typing" && this.waiting) return Promise.resolve(); // old by the time it could be sent
    const once = `${this.name}-${(this.sent += 1)}`;
    this.waiting += 1;
    const done = this.last.then(() => this.deliver(message, once)).finally(() => (this.waiting -= 1));
    this.last = done.catch(() => {});
    return done;
  };

  async deliver(message, once) {
    for (let tried = 0; ; tried += 1) {
      const answer = await fetch(`${this.url}?once=${once}`, { method: "POST", body: JSON.stringify(message) }).catch(
        () => null,
      );
      const passing = !answer || answer.status >= 500 || answer.status === 429;
      this.onWaiting(passing);
      if (answer?.ok) return;
      if (!passing) throw new Error(GIVEN_UP[answer.status] ?? "answer_refused");
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS[Math.min(tried, AGAIN_MS.length - 1)]));
    }
  }
}
