// A call that still runs: its page grows by itself, and becomes the whole page when the call is over.

import { parsed } from "./desk_parts.js";

const EVERY_MS = 2000;

export function follow(url, talk) {
  const timer = setInterval(async () => {
    let answer;
    try {
      answer = await fetch(url);
    } catch {
      return; // the network is away: the next time
    }
    if (!answer.ok || answer.redirected) return;
    const [live] = parsed(await answer.text());
    if (live.dataset.state !== "open") {
      clearInterval(timer);
      location.reload();
      return;
    }
    grow(document.getElementById("talk"), live.querySelector("#talk"));
    talk.renewed();
  }, EVERY_MS);
}

/** New rows are added and changed ones replaced; where somebody reads or writes nothing moves. */
function grow(old, now) {
  const rows = [...now.children];
  if (rows[0]?.dataset.n) old.querySelector(":scope > .nothing")?.remove();
  rows.forEach((row, at) => {
    const there = document.getElementById(row.id);
    if (!there) old.insertBefore(row, old.children[at] ?? null);
    else if (!there.contains(document.activeElement) && there.innerHTML !== row.innerHTML) there.replaceWith(row);
  });
}
