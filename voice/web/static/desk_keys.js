// What the keys do. They are told by their place, so that a Russian layout works as a Latin one does.

/** act: what can be done, by name. */
export function bindKeys(act) {
  const anywhere = {
    KeyJ: act.nextRow,
    KeyK: act.lastRow,
    KeyE: act.edit,
    KeyH: act.hearRow,
    KeyL: act.loop,
    KeyM: act.mark,
    KeyR: act.remark,
    Comma: act.slower,
    Period: act.faster,
  };
  const inTalk = {
    ArrowDown: act.nextRow,
    ArrowUp: act.lastRow,
    ArrowRight: (event) => act.nextWord(event.shiftKey),
    ArrowLeft: (event) => act.lastWord(event.shiftKey),
  };

  document.addEventListener("keydown", (event) => {
    const { target } = event;
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    if (target.matches("input:not([type=range]), textarea, select") || document.querySelector("dialog[open]")) return;
    const todo = chosen(event, target);
    if (!todo) return;
    event.preventDefault();
    todo(event);
  });

  function chosen(event, target) {
    if (event.key === "?") return act.keys;
    if (event.code === "KeyN") return event.shiftKey ? act.lastUnsure : act.nextUnsure;
    if (target.closest("#talk > li") && !target.closest("button")) {
      if (inTalk[event.key]) return inTalk[event.key];
      if (event.key === "Enter" || (event.key === " " && target.matches(".w"))) {
        return target.matches(".w") ? act.hearWord : act.edit;
      }
    }
    if (event.key === " " && !target.closest("button, summary, a, input, [tabindex='0'][role=region]")) return act.play;
    if (event.shiftKey) return undefined;
    return anywhere[event.code];
  }
}
