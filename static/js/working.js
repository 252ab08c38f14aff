// Work that goes on aside: asks how far it is, and shows the result by loading the page again.

import { send } from "./base.js";

const work = document.querySelector("[data-work-url]");
const part = (name) => work.querySelector(`[data-part="${name}"]`);
const EVERY = 400, UNSEEN = 3000, AT_MOST = 15000;
let wait = EVERY;

async function poll() {
  try {
    const now = await (await send(work.dataset.workUrl, { method: "GET" })).json();
    if (!now.running) return location.reload();
    show(now);
    wait = document.hidden ? UNSEEN : EVERY;
    part("offline").hidden = true;
  } catch (error) {
    if (error.status === 404) return location.assign(work.dataset.listUrl); // cancelled in another tab
    wait = Math.min(AT_MOST, wait * 2);
    part("offline").hidden = false;
  }
  setTimeout(poll, wait);
}

function show({ share, texts }) {
  for (const [name, text] of Object.entries(texts)) if (part(name).textContent !== text) part(name).textContent = text;
  if (share) part("bar").value = share;
  else part("bar").removeAttribute("value");
}

setTimeout(poll, EVERY);
