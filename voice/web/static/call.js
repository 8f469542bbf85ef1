// The call page: one call at a time, from the button to the link to its record.

import { Answers } from "/static/answers.js";
import { CallSocket } from "/static/call_socket.js";
import { CaptionsLog } from "/static/captions_log.js";
import { NoCaller } from "/static/capture.js";
import { Microphone } from "/static/microphone.js";
import { RecordedCaller } from "/static/recorded_caller.js";
import { offerRecordings } from "/static/recordings.js";
import { showSpeaking } from "/static/speaking.js";
import { Speaker } from "/static/speaker.js";
import { texts } from "/static/texts.js";

const at = (id) => document.getElementById(id);
const tap = new URLSearchParams(location.search).get("tap") === "1"; // keep what was played, for a test to hear
const TEXT_ONLY_HZ = 16000;
const CAPTIONS_GRACE_MS = 5000; // the last words come a moment after the goodbye

const captions = new CaptionsLog(at("call"), { onSpeaking: showSpeaking });
const answers = new Answers(at("answers"), async (message) => call?.socket?.tell(message));
captions.on("options", (asked) => answers.show(asked));
let call = null; // { socket, speaker, caller }, the one that runs
let timer = 0;

async function dial(openCaller, ownLabel) {
  if (call) return;
  const mine = (call = { socket: null, speaker: null, caller: null });
  enter("connecting");
  captions.clear();
  try {
    mine.speaker = await Speaker.open({ tap, onHeard: (ms) => mine.socket?.heard(ms) });
    mine.caller = await openCaller(mine);
  } catch (error) {
    await release(mine);
    enter("idle");
    complain(error instanceof NoCaller ? error.code : "no_sound");
    return;
  }
  at("own-label").textContent = texts[ownLabel];
  mine.socket = new CallSocket(
    {
      onCall: (told) => begin(mine, told),
      onSound: (pcm) => mine.speaker.play(pcm),
      onClear: () => mine.speaker.clear(),
      onEnd: (why) => finish(mine, why),
    },
    { line: chosenLine(), rateHz: mine.caller?.rateHz ?? TEXT_ONLY_HZ, playHz: mine.speaker.rateHz },
  );
}

function begin(mine, { id, captions: url }) {
  mine.id = id;
  captions.connect(url);
  at("other-device").href = url.replace(/\/captions$/, "");
  enter("live");
  mine.caller?.start((pcm) => {
    mine.socket.sound(pcm);
    showLevel(pcm);
  });
}

async function finish(mine, why) {
  enter("ending");
  await mine.caller?.close();
  if (why.by === "line") await mine.speaker.drain();
  await release(mine);
  if (mine.id) {
    at("archive-link").href = `/archive/${mine.id}`;
    setTimeout(() => !call && captions.close(), CAPTIONS_GRACE_MS);
  }
  enter(mine.id ? "over" : "idle");
  if (why.error) complain(why.error, why.message);
}

async function release(mine) {
  await mine.caller?.close();
  await mine.speaker?.close();
  if (call === mine) call = null;
}

function enter(state) {
  at("call").dataset.state = state;
  at("state").textContent = texts[`state_${state}`];
  const live = state === "live";
  at("before").hidden = state !== "idle" && state !== "over";
  at("during").hidden = !live;
  if (!live) answers.hide();
  at("other-device").hidden = !live;
  at("after").hidden = state !== "over";
  if (state === "connecting") {
    at("problem").hidden = true;
    at("without-microphone").hidden = true;
    at("timer").hidden = true;
  }
  if (live) {
    countTime();
    at("hang-up").focus({ preventScroll: true });
  }
  if (state === "ending") clearInterval(timer);
  if (state === "over") {
    at("dial").lastChild.textContent = ` ${texts.dial_again} `;
    at("archive-link").focus({ preventScroll: true });
  }
  if (!live) {
    showSpeaking("");
    at("level").style.setProperty("--level", "0");
  }
}

function complain(code, message = texts[code] ?? texts.connection_lost) {
  at("problem-text").textContent = message;
  at("problem").dataset.code = code;
  at("problem").hidden = false;
  at("without-microphone").hidden = !code.startsWith("mic_");
}

function countTime() {
  const began = performance.now();
  const show = () => {
    const seconds = Math.floor((performance.now() - began) / 1000);
    const two = (number) => String(number).padStart(2, "0");
    at("timer").textContent = `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
  };
  clearInterval(timer);
  timer = setInterval(show, 1000);
  show();
  at("timer").hidden = false;
}

function showLevel(pcm) {
  let peak = 0;
  for (const sample of pcm) peak = Math.max(peak, Math.abs(sample));
  // -50 dB and below is an empty bar, full scale a full one
  const level = peak ? Math.max(0, 1 + (20 * Math.log10(peak / 32768)) / 50) : 0;
  at("level").style.setProperty("--level", level.toFixed(2));
}

function chosenLine() {
  return at("line").value ?? at("line").dataset.number;
}

function press(digit) {
  if (at("call").dataset.state !== "live") return;
  call.socket.key(digit);
  const button = document.querySelector(`[data-digit="${digit}"]`);
  button.classList.add("pressed");
  setTimeout(() => button.classList.remove("pressed"), 150);
}

function hangUp() {
  enter("ending");
  call.socket.hangUp();
}

function recordedCaller(mine, name) {
  return RecordedCaller.open(name, {
    lineSounds: () => mine.speaker.sounding,
    press,
    write: (text) => mine.socket.text(text),
    hangUp,
  });
}

at("dial").addEventListener("click", () => dial(() => Microphone.open(), "own_microphone"));
at("without-microphone").addEventListener("click", () => dial(async () => null, "own_nothing"));
at("hang-up").addEventListener("click", hangUp);
at("recorded").addEventListener("submit", (event) => {
  event.preventDefault();
  const name = at("recording").value;
  dial((mine) => recordedCaller(mine, name), "own_recording");
});
for (const button of document.querySelectorAll("[data-digit]")) {
  button.addEventListener("click", () => press(button.dataset.digit));
}
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, select, textarea");
  if (typing || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (/^[0-9*#]$/.test(event.key)) press(event.key);
});
window.addEventListener("pagehide", () => call?.socket?.hangUp());

enter("idle");
await offerRecordings();
