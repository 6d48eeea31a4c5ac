// The field that was left last: the server says what it read there, or what is wrong with it.
document.addEventListener("focusout", (event) => {
  const form = event.target.closest && event.target.closest("#crf");
  if (form) form.dataset.left = event.target.name || "";
}, true);
document.addEventListener("htmx:configRequest", (event) => {
  const form = event.target.closest("#crf");
  if (form) event.detail.parameters.left = form.dataset.left || "";
});
// Enter goes on to the next field of a form; the button saves it.
document.addEventListener("keydown", (event) => {
  const here = event.target;
  if (event.key !== "Enter" || !here.closest("#crf") || here.tagName === "BUTTON") return;
  event.preventDefault();
  const fields = [...here.form.elements].filter((e) => e.tabIndex >= 0 && !e.disabled && e.type !== "hidden" && e.tagName !== "FIELDSET");
  const next = fields[fields.indexOf(here) + 1];
  if (next) next.focus();
});
