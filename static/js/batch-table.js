/** A running batch: its answers are filled in as they come. */

import { follow } from "./background.js";

const table = document.getElementById("table");
const models = JSON.parse(table.dataset.models);

follow(({ rows }) => {
  rows.forEach((answers, index) => models.forEach((model, column) => put(table.tBodies[0].rows[index].cells[column + 1], answers[model])));
});

function put(cell, told) {
  if (!told || cell.dataset.there) return;
  cell.dataset.there = "yes";
  cell.textContent = told.text || told.error;
  cell.classList.toggle("wrong", Boolean(told.error));
}
