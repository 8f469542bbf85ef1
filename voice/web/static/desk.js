// The page of one call: joins its sound, its words and the reviewer's work.

import { Editor } from "./desk_edit.js";
import { bindKeys } from "./desk_keys.js";
import { follow } from "./desk_live.js";
import { Marking } from "./desk_marks.js";
import { clock, post, say, swap } from "./desk_parts.js";
import { Sound } from "./desk_sound.js";
import { Talk } from "./desk_talk.js";
import { Wave } from "./desk_wave.js";

const desk = document.getElementById("desk");
const call = `/archive/${desk.dataset.call}`;
const audio = document.getElementById("player");
const sound = audio && new Sound(audio);
const wave = audio && new Wave(document.getElementById("wave"), `${call}/shape.json`);
const talk = new Talk(desk, sound);
const editor = new Editor(talk, call);
const marking = new Marking(talk, call, () => {
  sound?.load();
  wave?.load();
});

// --- the moment a remark is about: where the sound stands, or the words one looks at -----------------------------------

function moment(ms) {
  const text = document.getElementById("remark-text");
  if (!text || text.value) return; // it was begun: its moment stays
  document.querySelector("[data-moment]").value = Math.round(ms);
  document.querySelector("[data-moment-shown]").textContent = clock(ms);
}

function remark() {
  const ms = talk.focusedMs();
  if (ms !== null) moment(ms);
  document.getElementById("remark-text")?.focus();
}

// --- sound ------------------------------------------------------------------------------------------------------------

if (sound) {
  const seek = document.getElementById("seek");
  const play = document.getElementById("play");
  sound.onTick = (ms) => {
    wave.show(ms);
    talk.light(ms, sound.plays);
    seek.value = ms;
    seek.setAttribute("aria-valuetext", clock(ms));
    document.getElementById("clock").textContent = clock(ms);
    moment(ms);
  };
  sound.onState = () => {
    play.classList.toggle("plays", sound.plays);
    document.getElementById("loop").setAttribute("aria-pressed", String(sound.loops));
  };
  sound.onLength = (ms) => (seek.max = ms);
  seek.addEventListener("input", () => sound.seek(Number(seek.value)));
  play.addEventListener("click", () => sound.toggle());
  document.getElementById("loop").addEventListener("click", () => sound.loop());
  document.getElementById("next-unsure").addEventListener("click", () => talk.unsure(1));
  for (const one of document.getElementsByName("speed")) {
    one.addEventListener("change", () => (sound.speed = Number(one.value)));
  }
  wave.remarks = () => [...document.querySelectorAll("[data-remark-at]")].map((one) => Number(one.dataset.remarkAt));
  wave.load();
  import("./player.js");
}

function faster(step) {
  const speeds = [...document.getElementsByName("speed")];
  const next = speeds[speeds.findIndex((one) => one.checked) + step];
  next?.click();
}

// --- clicks -----------------------------------------------------------------------------------------------------------

desk.addEventListener("click", (event) => {
  const on = (css) => event.target.closest(css);
  const row = on("#talk > li");
  if (on("[data-edit]")) editor.open(row);
  else if (on("[data-hear-row]")) talk.hearRow(row);
  else if (on("[data-hear-at]")) sound?.from(Number(on("[data-hear-at]").dataset.hearAt));
  else if (on("[data-unmark]")) marking.remove(on("[data-unmark]").dataset.unmark, row);
  else if (on(".w") && getSelection().isCollapsed) talk.hear(on(".w"));
});

// Remarks and the judgement: their part of the page is put in place anew.
desk.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form.post")) return;
  event.preventDefault();
  const fields = new FormData(form, event.submitter);
  const section = form.closest("section").id;
  if (!(await swap(await post(form.action, fields)))) return;
  wave?.paint();
  const part = document.getElementById(section);
  const wrong = part.querySelector("[role=alert]");
  if (wrong) part.querySelector("fieldset:has(.wrong) input, textarea")?.focus();
  else say("saved");
});

document.getElementById("show-keys").addEventListener("click", () => document.getElementById("keys").showModal());

bindKeys({
  nextRow: () => talk.row(1),
  lastRow: () => talk.row(-1),
  nextWord: (extend) => talk.word(1, extend),
  lastWord: (extend) => talk.word(-1, extend),
  hearWord: () => talk.hear(document.activeElement),
  hearRow: () => talk.hearRow(talk.current()),
  edit: () => editor.open(talk.current()),
  nextUnsure: () => talk.unsure(1),
  lastUnsure: () => talk.unsure(-1),
  play: () => sound?.toggle(),
  loop: () => sound?.loop(),
  slower: () => faster(-1),
  faster: () => faster(1),
  mark: () => marking.open(),
  remark,
  keys: () => document.getElementById("keys").showModal(),
});

if (desk.dataset.state === "open") follow(`${call}/talk`, talk);
