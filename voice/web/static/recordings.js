// The recorded callers to choose from, and how the chosen one begins.

import { texts } from "/static/texts.js";

const form = document.getElementById("recorded");
const choice = document.getElementById("recording");
const hint = document.getElementById("recording-hint");

export async function offerRecordings() {
  const answer = await fetch("/fixtures.json");
  const recordings = answer.ok ? await answer.json() : [];
  for (const { name, title } of recordings) choice.add(new Option(title, name));
  const show = () => {
    const { says, key } = recordings[choice.selectedIndex] ?? {};
    hint.textContent = says ? `${texts.begins_says} «${says}»` : key ? `${texts.begins_key} ${key}` : "";
  };
  choice.addEventListener("change", show);
  show();
  form.hidden = !recordings.length;
}
