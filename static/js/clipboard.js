/** Copying to the clipboard: the button shows a tick for a moment (markdown.css). */

const SHOWN = 1500; // milliseconds

/** Copy `text` and tick `button`. */
export async function copy(text, button) {
  if (navigator.clipboard) await navigator.clipboard.writeText(text);
  else copyTheOldWay(text);
  button.classList.add("copied");
  setTimeout(() => button.classList.remove("copied"), SHOWN);
}

// Browsers give no clipboard to plain-HTTP sites other than localhost, as in an office network.
function copyTheOldWay(text) {
  const field = document.createElement("textarea");
  field.value = text;
  const focused = document.activeElement;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
  focused.focus();
}

// the buttons above blocks of code
document.addEventListener("click", (event) => {
  const button = event.target.closest(".copy-code");
  if (button) copy(button.closest(".code").querySelector("code").textContent, button);
});
