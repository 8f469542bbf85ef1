// The caller's sound: a microphone, a recorded caller, or nothing, in pieces of 16-bit samples.

const SPEECH_HZ = 16000; // all that the line hears; less to send over a weak network
const PIECE_MS = 30;

export class NoMicrophone extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

export class Microphone {
  static async fromDevice() {
    if (!navigator.mediaDevices?.getUserMedia) throw new NoMicrophone("mic_insecure");
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
      });
    } catch (error) {
      throw new NoMicrophone(
        { NotAllowedError: "mic_refused", SecurityError: "mic_refused", NotFoundError: "mic_absent" }[error.name] ??
          "mic_broken",
      );
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
    return new Microphone(context, node, { stream });
  }

  static async fromRecording(url) {
    const context = new AudioContext({ sampleRate: SPEECH_HZ });
    const answer = await fetch(url);
    if (!answer.ok) {
      await context.close();
      throw new NoMicrophone("unknown_fixture");
    }
    let buffer;
    try {
      buffer = await context.decodeAudioData(await answer.arrayBuffer());
    } catch {
      await context.close();
      throw new NoMicrophone("bad_recording");
    }
    const node = await captureNode(context);
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(node);
    source.connect(context.destination); // the listener hears both sides
    return new Microphone(context, node, { recording: source });
  }

  constructor(context, node, { stream = null, recording = null }) {
    this.context = context;
    this.node = node;
    this.stream = stream;
    this.recording = recording;
    this.rateHz = context.sampleRate;
  }

  // Give each piece to `take(Int16Array)`; a recording begins now.
  async start(take) {
    await this.context.resume();
    this.node.port.onmessage = ({ data }) => take(data);
    this.recording?.start();
  }

  async close() {
    this.node.port.onmessage = null;
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    if (this.context.state !== "closed") await this.context.close();
  }
}

async function captureNode(context) {
  await context.audioWorklet.addModule("/static/capture.worklet.js");
  const node = new AudioWorkletNode(context, "capture", { processorOptions: { pieceMs: PIECE_MS } });
  node.connect(context.destination); // silent; a node that leads nowhere is not run
  return node;
}
