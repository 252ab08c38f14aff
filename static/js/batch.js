/** A new batch: the chosen file's name, and the kept questions put in. */

const $ = (id) => document.getElementById(id);

$("file").addEventListener("change", () => {
  const [file] = $("file").files;
  if (file) $("file-name").textContent = file.name;
});
$("kept")?.addEventListener("click", () => {
  const questions = JSON.parse($("kept").dataset.questions);
  $("questions").value = [$("questions").value.trim(), ...questions].filter(Boolean).join("\n");
  $("questions").focus();
});
