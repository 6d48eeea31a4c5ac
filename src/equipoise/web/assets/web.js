// A draft is kept while one types; the field that one is in is not spoken about.
document.addEventListener("htmx:configRequest", (event) => {
  if (document.documentElement.dataset.sending) return event.preventDefault();
  if (event.target.id === "crf") event.detail.parameters.here = document.activeElement.name || "";
});
// A question beside a field has a form of its own: it is no draft, and Enter there sends it.
for (const kind of ["input", "focusout"]) document.addEventListener(kind, (event) => {
  if (event.target.closest?.(".question, .ask")) event.stopPropagation();
}, true);
document.addEventListener("keydown", (event) => {
  const asked = event.key === "Enter" && event.target.tagName === "INPUT" && event.target.closest(".question, .ask");
  if (asked) { event.preventDefault(); event.stopImmediatePropagation(); asked.querySelector("button").click(); }
});
// Who comes to a question, or opens the box to ask one, types at once.
addEventListener("load", () => setTimeout(() => {  // the browser goes to the fragment, and then we into its box
  document.getElementById(location.hash.slice(1))?.querySelector(".query input:not([type=hidden])")?.focus();
}));
document.addEventListener("toggle", (event) => {
  if (event.target.open && event.target.matches(".ask")) event.target.querySelector("input").focus();
}, true);
// One begins to type here, with all above still in sight: what is signed is read first.
document.querySelector("[data-begin]")?.focus({ preventScroll: true });
// Enter goes on to the next field of a form that is empty and waits (web/way.py), Tab to the next; the button saves it.
document.addEventListener("keydown", (event) => {
  const here = event.target;
  if (event.key !== "Enter" || !here.closest("#crf") || here.tagName === "BUTTON") return;
  event.preventDefault();
  const fields = [...here.form.elements].filter((e) => e.tabIndex >= 0 && !e.disabled && e.type !== "hidden" && e.tagName !== "FIELDSET");
  const next = fields.slice(fields.indexOf(here) + 1).find((e) => e.classList.contains("act") || (e.tagName !== "BUTTON" && !e.value && !e.dataset.passed));
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
  htmx.trigger(form, "htmx:abort");
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
