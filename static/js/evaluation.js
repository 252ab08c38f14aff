/** Evaluation: the progress of a running one, and a filter over the answers of one that is there. */

import { follow } from "./background.js";

const table = document.getElementById("rows");

function isOf(row, kind) {
  return !kind || [...row.cells].some((cell) => cell.dataset.kinds?.split(" ").includes(kind));
}

function filter(rows, kind) {
  for (const row of rows) row.hidden = !isOf(row, kind);
  document.getElementById("none").hidden = rows.some((row) => !row.hidden);
  for (const chip of document.querySelectorAll("#filters .chip")) chip.setAttribute("aria-pressed", String(chip.dataset.kind === kind));
}

function offerFilters() {
  const rows = [...table.tBodies[0].rows];
  document.getElementById("filters").hidden = false;
  for (const chip of document.querySelectorAll("#filters .chip")) {
    chip.querySelector(".count").textContent = rows.filter((row) => isOf(row, chip.dataset.kind)).length;
    chip.addEventListener("click", () => filter(rows, chip.dataset.kind));
  }
}

follow();
if (table) offerFilters();
