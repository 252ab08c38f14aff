// The preparation questions: what would result is counted again after every click.

import { count } from "./outcome.js";

const words = document.querySelector("[data-part=words]");
const bar = document.querySelector("[data-part=bar]");

function answers() {
  const chosen = document.querySelectorAll(".yes-no input:checked");
  return Object.fromEntries([...chosen].map((input) => [input.name.replace("answer-", ""), input.value === "yes"]));
}

function tell() {
  const result = count(JSON.parse(words.dataset.groups), answers());
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const none = result.gone === result.n;
  words.textContent = none ? words.dataset.none : words.dataset.all.replace(/\{(\w+)\}/g, (_, name) => number.format(result[name]));
  words.toggleAttribute("data-empty", none);
  for (const part of bar.children) part.style.flexGrow = result[part.className];
  bar.hidden = false;
}

if (words) {
  document.addEventListener("change", (event) => event.target.closest(".yes-no") && tell());
  addEventListener("pageshow", tell); // a browser that goes back brings the old answers along
}
