// One call over one WebSocket; the messages are described in voice/transports/browser_wire.py.

const LATE_S = 1; // of the caller's sound may wait for the network; newer sound is then left out

export class CallSocket {
  // handlers: onCall({id, captions, play_hz}), onSound(Int16Array), onClear(), onEnd({by} | {error, message})
  constructor(handlers, { line, rateHz, playHz }) {
    this.handlers = handlers;
    this.rateHz = rateHz;
    this.over = false;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    this.socket = new WebSocket(`${scheme}//${location.host}/ws/call`);
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => this.tell({ type: "start", rate_hz: rateHz, line, play_hz: playHz });
    this.socket.onmessage = ({ data }) => this.take(data);
    this.socket.onclose = ({ code }) => this.end({ error: CLOSED[code] ?? "connection_lost" });
  }

  take(data) {
    if (data instanceof ArrayBuffer) {
      this.handlers.onSound(new Int16Array(data));
      return;
    }
    const told = JSON.parse(data);
    if (told.type === "call") this.handlers.onCall(told);
    else if (told.type === "clear") this.handlers.onClear();
    else if (told.type === "bye") this.end({ by: told.by });
    else if (told.type === "error") this.end({ error: told.code, message: told.message });
  }

  end(why) {
    if (this.over) return;
    this.over = true;
    this.socket.close();
    this.handlers.onEnd(why);
  }

  tell(message) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  sound(pcm) {
    const late = this.socket.bufferedAmount > this.rateHz * 2 * LATE_S;
    if (this.socket.readyState === WebSocket.OPEN && !late) this.socket.send(pcm);
  }

  key(digit) {
    this.tell({ type: "key", digit });
  }

  text(text) {
    this.tell({ type: "text", text });
  }

  heard(ms) {
    this.tell({ type: "heard", ms });
  }

  hangUp() {
    this.tell({ type: "hangup" });
    // A dead network never says goodbye.
    setTimeout(() => this.end({ by: "caller" }), 1500);
  }
}

const CLOSED = { 1009: "too_big", 1012: "connection_lost", 1013: "busy" };
