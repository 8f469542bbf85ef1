// Who speaks now, as words and as moving bars.

import { texts } from "/static/texts.js";

const sign = document.getElementById("speaking");
const text = document.getElementById("speaking-text");

export function showSpeaking(who) {
  sign.dataset.who = who;
  text.textContent = texts[`speaking_${who}`];
}
