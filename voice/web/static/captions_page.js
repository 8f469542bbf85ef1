// A call's captions alone, for a second device.

import { CaptionsLog } from "/static/captions_log.js";
import { showSpeaking } from "/static/speaking.js";
import { texts } from "/static/texts.js";

const root = document.getElementById("reading");
const state = document.getElementById("captions-state");

showSpeaking("");
new CaptionsLog(root, {
  onSpeaking: showSpeaking,
  onState: (name) => {
    state.textContent = texts[`captions_${name}`];
    root.dataset.captionsState = name;
    if (name === "ended") showSpeaking("");
  },
}).connect(root.dataset.captions);
