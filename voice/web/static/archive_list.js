// The list of calls: those that run are shown as they come and go, and whoever stands on one of them stays there.

const EVERY_MS = 3000;
const running = document.getElementById("running");
let shown = "";

async function refresh() {
  const answer = await fetch("/archive/running").catch(() => null);
  if (!answer?.ok || answer.redirected) return; // signed out, or no network: what stands there stays
  const now = await answer.text();
  if (now === shown) return;
  shown = now;
  const here = running.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  running.innerHTML = now;
  if (here === null) return;
  const same = [...running.querySelectorAll("a")].find((link) => link.getAttribute("href") === here);
  (same ?? running.querySelector("a") ?? document.getElementById("main")).focus();
}

// Fields that ask for nothing make no part of the address: it is read, sent to a colleague, kept.
document.querySelector(".search").addEventListener("formdata", (event) => {
  for (const [name, value] of [...event.formData]) if (!value && name !== "reviewed") event.formData.delete(name);
});

setInterval(() => document.hidden || refresh(), EVERY_MS);
