// The caller's sound on its way to the line: whatever is connected to the node comes out in pieces of 16-bit samples.

export const SPEECH_HZ = 16000; // all that the line hears; less to send over a weak network
const PIECE_MS = 30;

// The caller cannot be heard; `code` names the text that says why.
export class NoCaller extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

export async function captureNode(context) {
  await context.audioWorklet.addModule("/static/capture.worklet.js");
  const node = new AudioWorkletNode(context, "capture", { processorOptions: { pieceMs: PIECE_MS } });
  node.connect(context.destination); // silent; a node that leads nowhere is not run
  return node;
}
