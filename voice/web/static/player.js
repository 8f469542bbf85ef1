// The words of a recording while it plays: browsers read an audio element's track, but draw nothing of it.

const player = document.getElementById("player");
const box = document.getElementById("player-captions");
const { track } = player.querySelector("track");

track.mode = "hidden"; // read it, and tell when a cue begins and ends
track.addEventListener("cuechange", () => {
  box.replaceChildren(...[...track.activeCues].map(shown));
});

function shown(cue) {
  const said = cue.getCueAsHTML();
  const line = document.createElement("p");
  const who = document.createElement("b");
  who.textContent = `${said.querySelector("[title]")?.title ?? ""}: `;
  line.append(who, said.textContent);
  return line;
}
