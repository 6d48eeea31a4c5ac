(() => {
  const pop = document.getElementById("pop"), body = pop.querySelector("div");
  const packed = document.getElementById("packed");
  const unpack = async () => {
    const bytes = Uint8Array.from(atob(packed.textContent.trim()), letter => letter.charCodeAt(0));
    const whole = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    const page = new DOMParser().parseFromString(await new Response(whole).text(), "text/html");
    packed.parentElement.replaceWith(...page.body.childNodes);
  };
  let whole = packed ? null : Promise.resolve();
  const at = async id => {
    if (!document.getElementById(id)) await (whole = whole || unpack());
    return document.getElementById(id);
  };
  const opened = async id => {
    const found = id && await at(id);
    for (let d = found && found.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
    return found;
  };
  const go = async () => { const found = await opened(decodeURIComponent(location.hash.slice(1))); if (found) found.scrollIntoView(); };
  const close = () => { pop.hidden = true; };
  addEventListener("hashchange", go);
  if (location.hash) go();
  if (packed) packed.parentElement.querySelector("button").addEventListener("click", () => at("subjects"));
  document.addEventListener("click", async click => {
    const link = click.target.closest("a"), href = link && link.getAttribute("href");
    if (!href || !href.startsWith("#")) return;
    if (/^#b\d+$/.test(href) && !pop.contains(link)) {
      click.preventDefault();
      const list = (await at(href.slice(1))).cloneNode(true);
      list.removeAttribute("id");
      body.replaceChildren(list);
      pop.hidden = false;
      pop.scrollTop = 0;
    } else { close(); if (href === location.hash) go(); }
  });
  pop.querySelector("button").addEventListener("click", close);
  addEventListener("keydown", key => { if (key.key === "Escape") close(); });
  addEventListener("beforeprint", () => document.querySelectorAll("details[data-print]").forEach(d => { d.open = true; }));
})();
