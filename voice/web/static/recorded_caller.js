// A recorded caller, who listens to the line and takes turns with it.

import { CallerTurns } from "/static/caller_turns.js";
import { captureNode, NoCaller, SPEECH_HZ } from "/static/capture.js";

export class RecordedCaller {
  // name: of a recording. deeds: lineSounds() -> boolean, and what the caller does besides speaking:
  // press(digit), write(text), hangUp().
  static async open(name, deeds) {
    const url = `/fixtures/${encodeURIComponent(name)}`;
    const [plan, file] = await Promise.all([fetched(`${url}.json`), fetched(`${url}.flac`)]);
    const context = new AudioContext({ sampleRate: SPEECH_HZ });
    try {
      const sound = await context.decodeAudioData(await file.arrayBuffer());
      return new RecordedCaller(context, await captureNode(context), sound, await plan.json(), deeds);
    } catch {
      await context.close();
      throw new NoCaller("bad_recording");
    }
  }

  constructor(context, node, sound, { turns, room }, deeds) {
    this.context = context;
    this.node = node;
    this.sound = sound;
    this.deeds = deeds;
    this.turns = new CallerTurns(turns);
    this.rateHz = context.sampleRate;
    this.room = room && this.murmur(room);
  }

  // Give each piece to `take(Int16Array)`; the call begins now. The pieces are the caller's clock too.
  async start(take) {
    await this.context.resume();
    this.room?.source.start(0, this.room.source.loopStart);
    this.node.port.onmessage = ({ data }) => {
      take(data);
      const turn = this.turns.tick((data.length * 1000) / this.rateHz, this.deeds.lineSounds());
      if (turn) this.act(turn);
    };
  }

  act(turn) {
    if (turn.hang_up) this.deeds.hangUp();
    else if (turn.key) this.deeds.press(turn.key);
    else if (turn.text) this.deeds.write(turn.text);
    else this.say(turn);
  }

  // The room is in the phrase already: it is silent for so long.
  say({ from_ms, to_ms }) {
    const when = this.context.currentTime;
    const lasts = (to_ms - from_ms) / 1000;
    const phrase = new AudioBufferSourceNode(this.context, { buffer: this.sound });
    this.heard(phrase);
    phrase.start(when, from_ms / 1000, lasts);
    this.room?.loudness.gain.setValueAtTime(0, when).setValueAtTime(1, when + lasts);
  }

  murmur({ from_ms, to_ms }) {
    const source = new AudioBufferSourceNode(this.context, {
      buffer: this.sound,
      loop: true,
      loopStart: from_ms / 1000,
      loopEnd: to_ms / 1000,
    });
    const loudness = new GainNode(this.context);
    source.connect(loudness);
    this.heard(loudness);
    return { source, loudness };
  }

  // By the line, and by whoever listens to the call.
  heard(node) {
    node.connect(this.node);
    node.connect(this.context.destination);
  }

  async close() {
    this.node.port.onmessage = null;
    if (this.context.state !== "closed") await this.context.close();
  }
}

async function fetched(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new NoCaller(answer.status === 422 ? "broken_fixture" : "unknown_fixture");
  return answer;
}
