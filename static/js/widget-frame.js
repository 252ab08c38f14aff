/** The chat in a frame: closing it, and leaving the history of the page around it alone. */

history.pushState = history.replaceState = () => {};

const close = () => parent.postMessage("homegrown:close", "*"); // says nothing that a stranger may not know
document.getElementById("close-frame").addEventListener("click", close);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog[open], :popover-open")) close();
});
