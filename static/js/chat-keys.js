/** Keyboard shortcuts of the chat page. */

const OWN_ESCAPE = ".edit, .opinion, .talk-rename"; // what closes itself on Escape

/** @param shortcuts  name (`alt+n`, `escape`, `arrowup`) → function; it answers false when it does not apply */
export function listen(shortcuts) {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
    // Alt changes the letter on some keyboards, so letters go by the place of the key
    const name = event.altKey ? `alt+${event.code.replace("Key", "").toLowerCase()}` : event.key.toLowerCase();
    if (name === "arrowup" && !(event.target.id === "field" && !event.target.value)) return;
    if (name === "escape" && (event.target.closest(OWN_ESCAPE) || document.querySelector("[popover]:popover-open"))) return;
    if (!Object.hasOwn(shortcuts, name)) return;
    if (shortcuts[name]() !== false) event.preventDefault();
  });
}
