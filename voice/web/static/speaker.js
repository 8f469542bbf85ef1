// The line's voice. The audio context runs at the line's own rate, so that the browser's resampler, made for music,
// brings it to the loudspeaker.

const WANTED_HZ = 24000;
const LONGEST_DRAIN_MS = 2000;

export class Speaker {
  static async open({ tap = false, onHeard = () => {} } = {}) {
    const context = new AudioContext({ sampleRate: WANTED_HZ, latencyHint: "interactive" });
    await context.audioWorklet.addModule("/static/playback.worklet.js");
    const node = new AudioWorkletNode(context, "playback", {
      numberOfInputs: 0,
      outputChannelCount: [1],
      processorOptions: { tap },
    });
    node.connect(context.destination);
    await context.resume();
    return new Speaker(context, node, tap, onHeard);
  }

  constructor(context, node, tap, onHeard) {
    this.context = context;
    this.node = node;
    this.rateHz = context.sampleRate;
    this.sounding = false; // the line is heard now
    if (tap) window.liniyaTap = { rateHz: this.rateHz, pieces: [] };
    node.port.onmessage = ({ data }) => {
      if (data.tap) window.liniyaTap.pieces.push(data.tap);
      if ("sounding" in data) this.sounding = data.sounding;
      if (data.heardMs) onHeard(data.heardMs);
      if (data.drained) this.drained?.();
    };
  }

  play(pcm) {
    this.node.port.postMessage(pcm, [pcm.buffer]);
  }

  clear() {
    this.node.port.postMessage("clear");
  }

  // Let what has come sound to its end.
  async drain() {
    await new Promise((resolve) => {
      this.drained = resolve;
      setTimeout(resolve, LONGEST_DRAIN_MS);
      this.node.port.postMessage("drain");
    });
  }

  async close() {
    if (this.context.state !== "closed") await this.context.close();
  }
}
