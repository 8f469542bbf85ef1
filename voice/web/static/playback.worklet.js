// The line's sound, out of a buffer that evens out the network.
//
// Sound begins when `target` of it has come (or has been waited for), and that target grows when the buffer runs dry
// in the middle of a saying. Every edge (start, dry buffer, `clear`) is a short fade: a cut wave is heard as a click.
// `clear` lets one quantum fade out and forgets the rest.

const START_MS = 60;
const MOST_MS = 300;
const FADE_MS = 5;
const SAME_SAYING_MS = 300; // sound that comes again within this time after the buffer ran dry was late, not new
const LONGEST_S = 20;
const REPORT_MS = 200;

class Playback extends AudioWorkletProcessor {
  constructor(options) {
    super();
    this.tap = options.processorOptions.tap;
    this.queue = [];
    this.head = 0; // samples of queue[0] already played
    this.waiting = 0; // samples in the queue
    this.target = this.samples(START_MS);
    this.playing = false;
    this.sounding = false; // as last told
    this.waited = 0; // since the first sample of a new start came
    this.quiet = Infinity; // since the buffer ran dry
    this.fade = 0; // 0..1, the gain of a start
    this.last = 0; // the last sample that sounded: a dry buffer decays from it
    this.clearing = false;
    this.played = 0;
    this.reported = 0;
    this.draining = false;
    this.port.onmessage = ({ data }) => this.take(data);
  }

  samples(ms) {
    return Math.round((sampleRate * ms) / 1000);
  }

  take(data) {
    if (data === "clear") {
      this.clearing = true;
    } else if (data === "drain") {
      this.draining = true;
    } else if (this.waiting < sampleRate * LONGEST_S) {
      if (this.clearing) this.forget();
      if (!this.playing && !this.waiting) {
        this.waited = 0;
        if (this.quiet < this.samples(SAME_SAYING_MS)) {
          this.target = Math.min(this.samples(MOST_MS), Math.round(this.target * 1.5));
        }
      }
      this.queue.push(data);
      this.waiting += data.length;
    }
  }

  forget() {
    this.queue = [];
    this.head = this.waiting = 0;
    this.playing = this.clearing = false;
    this.quiet = Infinity;
  }

  next() {
    const piece = this.queue[0];
    const sample = piece[this.head++] / 32768;
    this.waiting--;
    if (this.head === piece.length) {
      this.queue.shift();
      this.head = 0;
    }
    return sample;
  }

  process(_inputs, [[out]]) {
    if (!this.playing && this.waiting && !this.clearing) {
      this.waited += out.length;
      if (this.waiting >= this.target || this.waited >= this.target || this.draining) {
        this.playing = true;
        this.fade = 0;
      }
    }
    const rise = 1 / this.samples(FADE_MS);
    const fall = Math.exp(-5 * rise);
    for (let i = 0; i < out.length; i++) {
      if (this.playing && this.waiting) {
        this.fade = Math.min(1, this.fade + rise);
        const ramp = this.clearing ? 1 - (i + 1) / out.length : 1;
        this.last = out[i] = this.next() * this.fade * ramp;
        this.played++;
      } else {
        if (this.playing) {
          this.playing = false;
          this.quiet = 0;
        }
        this.last = Math.abs(this.last) < 1e-4 ? 0 : this.last * fall;
        out[i] = this.last;
        this.quiet++;
      }
    }
    if (this.clearing) this.forget();
    if (this.playing !== this.sounding) {
      this.sounding = this.playing;
      this.port.postMessage({ sounding: this.sounding });
    }
    if (this.tap) this.port.postMessage({ tap: out.slice() });
    if (this.played - this.reported >= this.samples(REPORT_MS) || (!this.playing && this.played > this.reported)) {
      this.reported = this.played;
      this.port.postMessage({ heardMs: Math.round((this.played * 1000) / sampleRate) });
    }
    if (this.draining && !this.waiting) {
      this.draining = false;
      this.port.postMessage({ drained: true });
    }
    return true;
  }
}

registerProcessor("playback", Playback);
