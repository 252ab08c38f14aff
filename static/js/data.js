// Uploading with a progress bar and by drag and drop. Without this script the form is sent the ordinary way.

const form = document.querySelector("form[data-upload]");
const part = (name) => form.querySelector(`[data-part="${name}"]`);

function chosen() {
  const [file] = part("file").files;
  if (!file) return;
  part("name").textContent = `${file.name} · ${size(file.size)}`;
  if (file.size > Number(form.dataset.limit)) return fail(form.dataset.tooLarge);
  send();
}

function size(bytes) {
  const unit = bytes < 1e6 ? ["kilobyte", 1e3] : ["megabyte", 1e6];
  const format = new Intl.NumberFormat(document.documentElement.lang, {
    style: "unit", unit: unit[0], maximumFractionDigits: bytes < 1e7 ? 1 : 0,
  });
  return format.format(bytes / unit[1]);
}

function send() {
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.responseType = "json";
  request.upload.addEventListener("progress", (event) => {
    part("bar").value = event.total ? event.loaded / event.total : 0;
    if (event.loaded === event.total) reading();
  });
  request.addEventListener("load", () => {
    if (request.status < 300 && request.response?.location) location.assign(request.response.location);
    else fail(request.response?.error?.message ?? (request.status === 413 ? form.dataset.tooLarge : form.dataset.failed));
  });
  request.addEventListener("error", () => fail(form.dataset.failed));
  request.addEventListener("abort", () => fail(""));
  part("cancel").onclick = () => request.abort();
  part("status").textContent = form.dataset.sending;
  form.dataset.state = "sending";
  request.send(new FormData(form));
}

function reading() {
  part("bar").removeAttribute("value");
  part("status").textContent = form.dataset.reading;
}

function fail(sentence) {
  form.dataset.state = sentence ? "failed" : "";
  part("error").textContent = sentence;
  form.reset();
}

if (form) {
  part("file").addEventListener("change", chosen);
  for (const type of ["dragenter", "dragover"]) {
    form.addEventListener(type, (event) => {
      event.preventDefault();
      form.dataset.over = "yes";
    });
  }
  for (const type of ["dragleave", "drop"]) form.addEventListener(type, () => delete form.dataset.over);
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    part("file").files = event.dataTransfer.files;
    chosen();
  });
}
