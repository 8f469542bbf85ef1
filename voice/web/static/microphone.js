// The caller's microphone.

import { captureNode, NoCaller, SPEECH_HZ } from "/static/capture.js";

const REFUSALS = { NotAllowedError: "mic_refused", SecurityError: "mic_refused", NotFoundError: "mic_absent" };

export class Microphone {
  static async open() {
    if (!navigator.mediaDevices?.getUserMedia) throw new NoCaller("mic_insecure");
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
      });
    } catch (error) {
      throw new NoCaller(REFUSALS[error.name] ?? "mic_broken");
    }
    let context = new AudioContext({ sampleRate: SPEECH_HZ });
    let source;
    try {
      source = context.createMediaStreamSource(stream);
    } catch {
      // A browser that cannot bring a microphone to another rate: take the device's own.
      await context.close();
      context = new AudioContext();
      source = context.createMediaStreamSource(stream);
    }
    const node = await captureNode(context);
    source.connect(node);
    return new Microphone(context, node, stream);
  }

  constructor(context, node, stream) {
    this.context = context;
    this.node = node;
    this.stream = stream;
    this.rateHz = context.sampleRate;
  }

  // Give each piece to `take(Int16Array)`.
  async start(take) {
    await this.context.resume();
    this.node.port.onmessage = ({ data }) => take(data);
  }

  async close() {
    this.node.port.onmessage = null;
    for (const track of this.stream.getTracks()) track.stop();
    if (this.context.state !== "closed") await this.context.close();
  }
}
