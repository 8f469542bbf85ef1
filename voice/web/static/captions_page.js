// A call's captions alone, for a second device.

import { AnswerPost } from "/static/answer_post.js";
import { Answers } from "/static/answers.js";
import { CaptionsLog } from "/static/captions_log.js";
import { keepLook } from "/static/reader_look.js";
import { showSpeaking } from "/static/speaking.js";
import { texts } from "/static/texts.js";

const at = (id) => document.getElementById(id);
const root = at("reading");
const pause = at("pause");
let stream = "";

function tell() {
  const name = captions.held ? "paused" : stream;
  at("captions-state").textContent = texts[`captions_${name}`] ?? "";
}

const captions = new CaptionsLog(root, {
  onSpeaking: showSpeaking,
  onState: (name) => {
    root.dataset.captionsState = stream = name;
    if (name === "ended") {
      showSpeaking("");
      answers.hide();
      pause.hidden = true;
    }
    tell();
  },
  onHeld: (count) => {
    pause.textContent = captions.held ? texts.go_on + (count ? ` (${count})` : "") : texts.pause;
  },
});

pause.addEventListener("click", () => {
  if (captions.held) captions.resume();
  else captions.pause();
  tell();
});
at("look").addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  at("look").open = false;
  at("look").querySelector("summary").focus();
});
keepLook(
  at("look-form"),
  () => captions.following && captions.toTheEnd(),
  (size) => (at("size-told").textContent = texts.size + size),
);
showSpeaking("");
const post = new AnswerPost(root.dataset.answers, (waiting) => answers.waits(waiting));
const answers = new Answers(at("answers"), post.send);
captions.on("options", (asked) => answers.show(asked));
captions.connect(root.dataset.captions);
