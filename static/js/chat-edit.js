/** Editing an earlier message: a form in its place, whose text begins a branch. */

/** @param element of the message  @param told  {isReady(): whether the text can be sent now, onSend(text)} */
export function openEditor(element, text, { isReady, onSend }) {
  document.querySelector(".edit [data-cancel]")?.click(); // one at a time
  const form = document.getElementById("edit-form").content.firstElementChild.cloneNode(true);
  const field = form.querySelector("textarea");
  const close = () => {
    form.remove();
    element.classList.remove("editing");
    element.querySelector('[data-act="edit"]').focus();
  };
  field.value = text;
  element.classList.add("editing");
  element.append(form);
  field.focus();
  form.querySelector("[data-cancel]").addEventListener("click", close);
  form.addEventListener("keydown", (event) => event.key === "Escape" && close());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!isReady()) return; // another answer is being written
    const said = field.value.trim();
    close();
    if (said) onSend(said);
  });
}
