/** A running batch: its answers are filled in as they come. */

import { send } from "./base.js";

const EVERY = 1000; // ms
const table = document.getElementById("table");
const models = JSON.parse(table.dataset.models);

async function look() {
  try {
    const response = await send(table.dataset.progress, { method: "GET" });
    fill(await response.json());
  } catch {
    setTimeout(look, 5 * EVERY); // the site may be starting again; the batch goes on then
  }
}

function fill({ status, done, rows }) {
  rows.forEach((answers, index) => models.forEach((model, column) => put(table.tBodies[0].rows[index].cells[column + 1], answers[model])));
  document.getElementById("done").textContent = done;
  document.getElementById("progress").value = done;
  if (status === "running" || status === "waiting") setTimeout(look, EVERY);
  else location.reload();
}

function put(cell, told) {
  if (!told || cell.dataset.there) return;
  cell.dataset.there = "yes";
  cell.textContent = told.text || told.error;
  cell.classList.toggle("wrong", Boolean(told.error));
}

if ("running" in table.dataset) setTimeout(look, EVERY);
