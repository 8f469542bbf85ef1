// The microphone (or a recorded caller) as 16-bit pieces of `pieceMs`; silence when nothing is connected.

class Capture extends AudioWorkletProcessor {
  constructor(options) {
    super();
    this.piece = new Int16Array(Math.round((sampleRate * options.processorOptions.pieceMs) / 1000));
    this.at = 0;
  }

  process([channels]) {
    const quantum = channels.length ? channels[0].length : 128;
    for (let i = 0; i < quantum; i++) {
      let sum = 0;
      for (const channel of channels) sum += channel[i];
      const sample = channels.length ? sum / channels.length : 0;
      this.piece[this.at++] = Math.round(Math.max(-1, Math.min(1, sample)) * 32767);
      if (this.at === this.piece.length) {
        const full = this.piece.slice();
        this.port.postMessage(full, [full.buffer]);
        this.at = 0;
      }
    }
    return true;
  }
}

registerProcessor("capture", Capture);
