// The call's sound: the whole of it, or a stretch around a word, once or over and over.

const AROUND_MS = 2000;

export class Sound {
  onTick = () => {}; // (ms)
  onState = () => {};
  onLength = () => {}; // (ms)
  loops = false;
  #audio;
  #stretch = null; // [from, to], ms: nothing but it is played
  #version = 0;
  #ticks = 0;

  constructor(audio) {
    this.#audio = audio;
    for (const name of ["play", "pause", "ended"]) audio.addEventListener(name, () => this.#changed());
    audio.addEventListener("timeupdate", () => this.#tick()); // a hidden page has no frames
    audio.addEventListener("seeked", () => this.#tick());
    audio.addEventListener("loadedmetadata", () => this.onLength(audio.duration * 1000));
    if (audio.readyState) queueMicrotask(() => this.onLength(audio.duration * 1000));
  }

  get plays() {
    return !this.#audio.paused;
  }

  get ms() {
    return this.#audio.currentTime * 1000;
  }

  set speed(factor) {
    this.#audio.playbackRate = factor;
  }

  toggle() {
    if (this.plays) this.#audio.pause();
    else this.#play();
  }

  loop() {
    this.loops = !this.loops;
    this.onState();
  }

  seek(ms) {
    this.#stretch = null;
    this.#audio.currentTime = ms / 1000;
  }

  from(ms) {
    this.seek(ms);
    this.#play();
  }

  /** A word, and two seconds before and after it. */
  around(fromMs, toMs) {
    this.stretch(fromMs - AROUND_MS, toMs + AROUND_MS);
  }

  stretch(fromMs, toMs) {
    const from = Math.max(0, fromMs);
    this.#stretch = [from, toMs];
    this.#audio.currentTime = from / 1000;
    this.#play();
  }

  /** What may be heard has changed: fetch it anew and stand where one stood. */
  load() {
    const at = this.#audio.currentTime;
    const source = new URL(this.#audio.src);
    source.searchParams.set("v", ++this.#version);
    this.#audio.src = source;
    this.#audio.currentTime = at;
  }

  #play() {
    this.#audio.play().catch(() => {}); // stopped before it began, or there is nothing to play
  }

  #changed() {
    this.onState();
    this.#tick();
    const frame = ++this.#ticks;
    const tick = () => {
      if (frame !== this.#ticks || !this.plays) return;
      this.#tick();
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  }

  #tick() {
    const end = this.#stretch?.[1] ?? Infinity;
    if (this.plays && this.ms >= end) {
      if (this.loops) {
        this.#audio.currentTime = this.#stretch[0] / 1000;
      } else {
        this.#audio.pause();
        this.#stretch = null;
      }
    } else if (this.#audio.ended && this.loops) {
      this.from(this.#stretch?.[0] ?? 0);
    }
    this.onTick(this.ms);
  }
}
