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
// Before anything is sent: is the server there, and does it still know who is here? If not, the page stays as it is.
const lost = document.getElementById("lost");
const tell = (why) => {
  if (why) delete document.documentElement.dataset.sending;
  lost.textContent = lost.dataset[why] || "";
  lost.hidden = !why;
};
async function inTheWay(form) {
  try {
    const answer = await fetch(lost.dataset.alive, { cache: "no-store", signal: AbortSignal.timeout(10000) });
    const { who, token } = await answer.json();
    if (!who) return "out";
    form.elements.csrfmiddlewaretoken.value = token;
    return who === lost.dataset.who ? "" : "other";
  } catch {
    return "line";
  }
}
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!lost || form.getAttribute("method") !== "post" || form.dataset.asked) return;
  event.preventDefault();
  document.documentElement.dataset.sending = "yes";
  const why = await inTheWay(form);
  tell(why);
  if (why) return;
  form.dataset.asked = "yes";
  form.requestSubmit(event.submitter);
  delete form.dataset.asked;
});
document.addEventListener("htmx:sendError", () => tell("line"));
document.addEventListener("htmx:responseError", (event) => event.detail.xhr.status === 401 && tell("out"));
document.addEventListener("htmx:afterOnLoad", () => tell(""));
