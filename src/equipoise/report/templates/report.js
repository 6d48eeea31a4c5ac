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

  // Each table and figure can be saved: as CSV, SVG or PNG, made here from what is on the page.
  const save = (name, content, type) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], {type}));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };
  const words = cell => {
    const copy = cell.cloneNode(true);
    copy.querySelectorAll("br").forEach(end => end.replaceWith("\v"));
    return copy.textContent.split("\v").map(line => line.replace(/[ \t\r\n\f]+/g, " ").replace(/^ | $/g, "")).filter(line => line).join(": ");
  };
  const cell = text => {
    const runs = /^'*[=+@\t\r\n\uff1d\uff0b\uff0d\uff20-]/.test(text) && !/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text);
    const told = runs ? "'" + text : text;
    return /[,"\r\n]/.test(told) ? '"' + told.replaceAll('"', '""') + '"' : told;
  };
  const csv = table => {
    const heads = [...table.tHead.rows].map(row => [...row.cells].flatMap(one => Array(one.colSpan).fill(words(one))));
    const first = heads[0].map((_, at) => heads.map(row => row[at]).filter(text => text).join(": "));
    const rows = [...table.tBodies].flatMap(body => [...body.rows]).map(row => first.map((_, at) => row.cells[at] ? words(row.cells[at]) : ""));
    return [first, ...rows].map(row => row.map(cell).join(",") + "\n").join("");
  };
  const style = () => {
    const css = document.querySelector("style").textContent, colors = {};
    for (const [, name, value] of css.match(/\{[^}]*\}/)[0].matchAll(/--([\w-]+):([^;}]+)/g)) colors[name] = value;
    colors.paper = "#fff";
    return [...css.replace(/@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}/g, "").matchAll(/([^{}]+)\{([^{}]*)\}/g)].map(([, selector, body]) => {
      const about = selector.split(",").map(one => one.trim()).filter(one => /^(svg text)?(\.[a-z]+)*$/.test(one));
      return about.length && (/fill:|stroke:|opacity:|stroke-/.test(body) || about[0].startsWith("svg text")) ? about.join(",") + "{" + body.replace(/var\(--([\w-]+)\)/g, (_, name) => colors[name]) + "}" : "";
    }).join("");
  };
  const svg = figure => {
    const text = new XMLSerializer().serializeToString(figure).replace(/<\/?a\b[^>]*>/g, ""), head = text.indexOf(">") + 1;
    return text.slice(0, head) + "<style>" + style() + "</style>" + '<rect width="100%" height="100%" fill="#fff"/>' + text.slice(head) + "\n";
  };
  const png = async figure => {
    const image = new Image();
    image.src = URL.createObjectURL(new Blob([svg(figure)], {type: "image/svg+xml"}));
    await image.decode();
    const canvas = document.createElement("canvas"), scale = Math.min(3, 16000 / image.naturalHeight);
    canvas.width = image.naturalWidth * scale;
    canvas.height = image.naturalHeight * scale;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(image.src);
    return new Promise(done => canvas.toBlob(done, "image/png"));
  };
  const offer = (place, name, formats) => {
    const line = document.createElement("p");
    line.className = "save screen";
    for (const [kind, make, type] of formats) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = kind.toUpperCase();
      button.title = button.ariaLabel = "save " + name + "." + kind;
      button.addEventListener("click", async () => save(name + "." + kind, await make(), type));
      line.append(button);
    }
    place.after(line);
  };
  const all = tag => {  // what is folded is counted last, as in every other format
    const found = [...document.querySelectorAll("main " + tag)], folded = one => one.closest("details");
    return [...found.filter(one => !folded(one)), ...found.filter(folded)].map((one, at) =>
      [one, tag + "-" + String(at + 1).padStart(2, "0") + "-" + one.closest("section").id]);
  };
  const under = place => {
    const next = place.nextElementSibling;
    return next && next.classList.contains("tnote") ? under(next) : place;
  };
  for (const [table, name] of all("table")) offer(under(table.parentElement), name, [["csv", () => csv(table), "text/csv"]]);
  for (const [figure, name] of all("figure")) {
    const drawn = figure.querySelector("svg");
    offer(figure.lastElementChild, name, [["svg", () => svg(drawn), "image/svg+xml"], ["png", () => png(drawn), "image/png"]]);
  }
  addEventListener("beforeprint", () => document.querySelectorAll("details[data-print]").forEach(d => { d.open = true; }));
})();
