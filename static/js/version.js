// The form of a new version tells how many rows each part will have.

const form = document.querySelector("[data-divide]");
const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
const sum = form.querySelector("[data-part=sum]");

function tell() {
  const total = Number(form.dataset.divide);
  const rows = {};
  for (const name of ["validation", "test"]) {
    const range = form.elements[name];
    const percent = Number(range.value);
    form.querySelector(`[data-of="${name}"]`).textContent = `${number.format(percent)} %`;
    rows[name] = Math.round((total * percent) / 100);
  }
  rows.train = total - rows.validation - rows.test;
  sum.textContent = sum.dataset.words.replace(/{(\w+)}/g, (_, name) => number.format(rows[name]));
}

form.addEventListener("input", (event) => {
  if (event.target.type === "range") event.target.value = Math.round(event.target.value);
  tell();
});
tell();
