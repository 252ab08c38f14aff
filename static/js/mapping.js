// Every choice is shown at once: the form is sent for a preview, and what comes back takes its place.

const form = () => document.querySelector("form[data-preview]");
let asked = 0;

async function look() {
  const here = form(), number = ++asked;
  here.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(here.dataset.preview, { method: "POST", body: new FormData(here) });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (number === asked) replace(here, page.querySelector("form[data-preview]"));
  } catch {
    if (number === asked) here.querySelector('[data-part="failed"]').textContent = here.dataset.failed;
  } finally {
    form().removeAttribute("aria-busy");
  }
}

function replace(old, fresh) {
  if (!fresh) return location.reload();
  const focused = document.activeElement?.id;
  old.replaceWith(document.adoptNode(fresh));
  listen();
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

function listen() {
  form().addEventListener("change", look);
  form().querySelector('[data-part="look"]').hidden = true;
}

listen();
