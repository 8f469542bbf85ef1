// A conversation in writing: the call's captions to read, and answers beside them.

import { AnswerPost } from "/static/answer_post.js";
import { Answers } from "/static/answers.js";
import { CaptionsLog } from "/static/captions_log.js";
import { texts } from "/static/texts.js";

const at = (id) => document.getElementById(id);
const root = at("chat");
const call = root.dataset.call;

const post = new AnswerPost(`${call}/answers`, (waiting) => answers.waits(waiting));
const answers = new Answers(at("answers"), post.send);
const log = new CaptionsLog(root, { onState: enter });

function enter(state) {
  at("chat-state").textContent = texts[`chat_${state}`];
  root.dataset.state = state;
  if (state !== "ended") return;
  answers.hide();
  at("leave").hidden = true;
  at("over").hidden = false;
}

at("leave").addEventListener("click", () => answers.tell({ type: "hangup" }));
log.on("options", (asked) => answers.show(asked));
log.connect(`${call}/captions`);
