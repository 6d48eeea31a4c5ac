(() => {
  const pop = document.getElementById("pop"), body = pop.querySelector("div");
  const opened = id => {
    const found = id && document.getElementById(id);
    for (let d = found && found.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
    return found;
  };
  const go = () => { const found = opened(decodeURIComponent(location.hash.slice(1))); if (found) found.scrollIntoView(); };
  const close = () => { pop.hidden = true; };
  addEventListener("hashchange", go);
  if (location.hash) go();
  document.addEventListener("click", click => {
    const link = click.target.closest("a"), href = link && link.getAttribute("href");
    if (!href || !href.startsWith("#")) return;
    if (/^#b\d+$/.test(href) && !pop.contains(link)) {
      click.preventDefault();
      const list = document.getElementById(href.slice(1)).cloneNode(true);
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
