// Work in the background: its bar moves, and the page is loaded again at the end.

import { send } from "./base.js";

const EVERY = 1000; // ms
const bar = document.getElementById("asking");

/** Ask where the work of this page stands, if it goes on; `show` is told each time. */
export function follow(show = () => {}) {
  if (bar) setTimeout(look, EVERY, show);
}

async function look(show) {
  try {
    const told = await (await send(bar.dataset.progress, { method: "GET" })).json();
    show(told);
    if (told.status !== "running" && told.status !== "waiting") return location.reload();
    bar.querySelector("progress").value = told.done;
    document.getElementById("done").textContent = told.done;
    setTimeout(look, EVERY, show);
  } catch (error) {
    if (error.status === 404) return location.reload(); // deleted in another tab
    setTimeout(look, 4 * EVERY, show); // the site may be starting again; the work goes on then
  }
}
