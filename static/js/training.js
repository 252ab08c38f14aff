// The page of a running training: asks for progress each second, more rarely after errors, and stops at the end.

import { send } from "./base.js";

const page = document.querySelector("[data-progress-url]");
const part = (name) => document.querySelector(`[data-part="${name}"]`);
const EVERY = 1000, UNSEEN = 5000, AT_MOST = 30000;
const title = document.title;
let wait = EVERY, newest = page?.dataset.newestEvent, readings = [];

async function poll() {
  try {
    const progress = await (await send(page.dataset.progressUrl, { method: "GET" })).json();
    if (progress.finished) return location.reload();
    show(progress);
    wait = document.hidden ? UNSEEN : EVERY;
    part("offline").hidden = true;
  } catch {
    wait = Math.min(AT_MOST, wait * 2);
    part("offline").hidden = false;
  }
  setTimeout(poll, wait);
}

function show(progress) {
  for (const [name, text] of Object.entries(progress.texts)) if (part(name).textContent !== text) part(name).textContent = text;
  const badge = page.querySelector(`template[data-badge="${progress.status}"]`);
  if (badge) part("badge").replaceChildren(badge.content.cloneNode(true));
  document.title = `${progress.texts.percent} · ${title}`;
  part("bar").value = progress.percent;
  part("signal").dataset.kind = progress.signal;
  drawChart(progress.chart);
  const seen = progress.events.findIndex((event) => event.id === newest);
  progress.events.slice(seen + 1).forEach(addEvent);
}

function drawChart(chart) {
  readings = chart.readings;
  for (const name of ["noise", "train", "valid"]) part(name).setAttribute("points", chart[name]);
  part("chart").dataset.empty = readings.length ? "no" : "yes";
  fill(part("dots"), chart.dots, "dot", (dot, [x, y]) => place(dot, { cx: `${x}%`, cy: `${y}%` }));
  fill(part("x-axis"), chart.x_ticks, "x-tick", (tick, { at, label }) => {
    place(tick, { x: `${at}%` }).textContent = label;
  });
  fill(part("y-axis"), chart.y_ticks, "y-tick", (tick, { at, label }) => {
    place(tick.querySelector("line"), { y1: `${at}%`, y2: `${at}%` });
    place(tick.querySelector("text"), { y: `${at}%` }).textContent = label;
  });
}

function fill(group, items, template, set) {
  const pattern = page.querySelector(`[data-template="${template}"]`);
  group.replaceChildren(...items.map((item) => {
    const copy = pattern.cloneNode(true);
    copy.removeAttribute("data-template");
    set(copy, item);
    return copy;
  }));
}

function place(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function addEvent(event) {
  const line = page.querySelector("template[data-event]").content.cloneNode(true);
  line.querySelector("time").textContent = event.at;
  line.querySelector("span").textContent = event.text;
  line.querySelector("li").dataset.level = event.level;
  part("log").prepend(line);
  newest = event.id;
}

// Pointing at the curve shows the numbers of the nearest step.
function point(event) {
  const box = part("chart").getBoundingClientRect();
  const x = (100 * (event.clientX - box.left)) / box.width;
  if (!readings.length) return;
  const near = readings.reduce((best, one) => (Math.abs(one.x - x) < Math.abs(best.x - x) ? one : best));
  const { words, wordsValid } = part("reading").dataset;
  part("reading").textContent = (near.valid ? wordsValid : words).replace(/{(\w+)}/g, (_, name) => near[name]);
  place(part("cursor"), { x1: `${near.x}%`, x2: `${near.x}%`, visibility: "visible" });
}

function leave() {
  part("cursor").setAttribute("visibility", "hidden");
  part("reading").textContent = "";
}

// The form that starts a training tells what the chosen data lack, how long it will take and what it costs.
function forecast() {
  const { dataset_id, base, plain, epochs } = form.elements;
  for (const one of form.querySelectorAll("[data-warnings]")) one.hidden = one.dataset.warnings !== dataset_id.value;
  const known = JSON.parse(form.dataset.forecasts)[dataset_id.value]?.[base.value];
  form.querySelector("[data-part=forecast]").hidden = !known;
  if (!known) return;
  const { start, epoch, auto } = plain.checked ? known.plain : known.looked_up;
  const amount = Number(epochs.value) ? start + epoch * epochs.value : auto;
  const text = form.dataset.unit === "seconds" ? duration(amount) : inWords(Math.max(0.01, amount), { style: "currency", currency: form.dataset.unit });
  form.querySelector("[data-part=forecast] span").textContent = form.dataset.sentence.replace("{amount}", text).replace("{memory}", known.memory);
}

// As `forecast.duration` rounds.
function duration(seconds) {
  const [count, unit] = seconds < 95 ? [Math.max(10, 10 * Math.round(seconds / 10)), "second"]
    : seconds < 7200 ? [Math.round(seconds / 60), "minute"] : [Math.round(seconds / 3600), "hour"];
  return inWords(count, { style: "unit", unit, unitDisplay: "long" });
}

function inWords(number, form) {
  return new Intl.NumberFormat(document.documentElement.lang, form).format(number);
}

if (page) {
  readings = JSON.parse(page.dataset.readings);
  part("chart").addEventListener("pointermove", point);
  part("chart").addEventListener("pointerleave", leave);
  if (page.dataset.finished === "no") setTimeout(poll, EVERY);
}
const form = document.querySelector("form[data-forecasts]");
form?.addEventListener("input", forecast);
