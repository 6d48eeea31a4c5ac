// A draft is kept while one types; the field that one is in is not spoken about.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.target.id === "crf") event.detail.parameters.here = document.activeElement.name || "";
});
// Enter goes on to the next field of a form that is empty, Tab to the next; the button saves it.
document.addEventListener("keydown", (event) => {
  const here = event.target;
  if (event.key !== "Enter" || !here.closest("#crf") || here.tagName === "BUTTON") return;
  event.preventDefault();
  const fields = [...here.form.elements].filter((e) => e.tabIndex >= 0 && !e.disabled && e.type !== "hidden" && e.tagName !== "FIELDSET");
  const next = fields.slice(fields.indexOf(here) + 1).find((e) => e.classList.contains("act") || (e.tagName !== "BUTTON" && !e.value));
  if (next) next.focus();
});
