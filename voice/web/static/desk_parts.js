// Parts of the page that the server renders anew, and what is told when that cannot be.

import { texts } from "./texts.js";

/** Tell the reviewer something, at the bottom of the page and to a screen reader. */
export function say(code) {
  const told = document.getElementById("told");
  told.textContent = texts[code];
  clearTimeout(say.timer);
  say.timer = setTimeout(() => (told.textContent = ""), 6000);
}

/** The HTML of what was changed; null when it was not, and that has been said. */
export async function post(url, fields) {
  let answer;
  try {
    answer = await fetch(url, {
      method: "POST",
      headers: { "X-CSRF-Token": document.querySelector("meta[name=csrf]").content },
      body: new URLSearchParams(fields),
    });
  } catch {
    return say("lost"), null;
  }
  if (answer.redirected) return say("signedOut"), null;
  const text = await answer.text();
  if (answer.ok || (answer.status === 422 && text)) return text;
  return say("refused"), null;
}

/** Put each part of `html` in the place of the one with its id. */
export function swap(html) {
  if (html === null) return false;
  for (const part of parsed(html)) {
    const old = document.getElementById(part.id);
    if (old?.matches("details")) part.open = old.open;
    old?.replaceWith(part);
  }
  return true;
}

export function parsed(html) {
  const box = document.createElement("template");
  box.innerHTML = html;
  return [...box.content.children];
}

/** 65000 -> 1:05 */
export function clock(ms) {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
