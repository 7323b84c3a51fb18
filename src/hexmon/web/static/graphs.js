// Graphs: pictures that suit the theme, drawn again every minute, and zooming by mouse, finger and keyboard.
"use strict";

(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];

  // --- themes: without this script the browser's own wish decides ---------------------------------------------
  function suit() {
    const chosen = document.documentElement.dataset.theme || "auto";
    const dark = chosen === "contrast" ? "contrast" : "dark";
    for (const source of all("picture > source[data-theme]")) {
      const narrow = source.dataset.narrow === "yes" ? "(max-width: 640px)" : "";
      const wanted = chosen === "auto" ? `(prefers-color-scheme: ${source.dataset.theme})`
        : (source.dataset.theme === "dark") === (chosen !== "light") ? "" : "not all";
      const media = wanted === "not all" ? wanted : [narrow, wanted].filter(Boolean).join(" and ") || "all";
      if (source.media !== media) source.media = media;
      const address = source.srcset.replace(/theme=(dark|contrast)/, `theme=${dark}`);
      if (source.srcset !== address) source.srcset = address;
    }
  }
  document.addEventListener("themed", suit);

  // --- every minute: the next picture is there before the last one goes -----------------------------------------
  const at = (address) => `${address.replace(/[?&]at=\d+/, "")}${address.includes("?") ? "&" : "?"}at=${Math.floor(Date.now() / 60000)}`;
  async function redraw(picture) {
    const image = picture.querySelector("img");
    if (document.hidden || !image.complete || !image.currentSrc) return; // not looked at yet
    const next = new Image();
    next.src = at(image.currentSrc);
    try { await next.decode(); } catch { return; }
    for (const source of picture.querySelectorAll("source")) source.srcset = at(source.srcset);
    image.src = at(image.getAttribute("src"));
  }
  setInterval(() => {
    const pictures = all("picture[data-live]");
    for (const [number, picture] of pictures.entries()) setTimeout(redraw, (50000 * number) / pictures.length, picture);
  }, 60000);

  // A graph without figures yet has no picture: its place stays empty until there is one.
  const judge = (image) => image.closest("picture")?.classList.toggle("unloaded", !image.naturalWidth);
  for (const type of ["load", "error"]) {
    document.addEventListener(type, (event) => { if (event.target instanceof HTMLImageElement) judge(event.target); }, true);
  }
  for (const image of all("picture[data-live] img")) if (image.complete && image.currentSrc) judge(image);

  // --- zooming -------------------------------------------------------------------------------------------------
  const number = (zone, name) => Number(zone.dataset[name]);
  const narrow = matchMedia("(max-width: 640px)");

  // Where the curves are, in pixels of the page.
  function area(zone) {
    const text = narrow.matches ? zone.dataset.areaNarrow : zone.dataset.area;
    if (!text) return null;
    const [left, top, width, height] = text.split(" ").map(Number);
    const box = zone.querySelector("img").getBoundingClientRect();
    const origin = zone.getBoundingClientRect();
    return {
      left: box.left - origin.left + left * box.width, top: box.top - origin.top + top * box.height,
      width: width * box.width, height: height * box.height, page: box.left + left * box.width,
    };
  }
  function moment(zone, curves, x) {
    const part = Math.min(Math.max((x - curves.page) / curves.width, 0), 1);
    return number(zone, "start") + part * (number(zone, "end") - number(zone, "start"));
  }
  function show(start, end) {
    const address = new URL(location.href);
    for (const name of ["range", "graph", "graph_start", "graph_end"]) address.searchParams.delete(name);
    address.searchParams.set("start", Math.round(start));
    address.searchParams.set("end", Math.round(end));
    location.assign(address);
  }

  // What the figures were at the pointer: asked for once, when somebody wants to know.
  let figures = null;
  async function load() {
    figures = { rows: [] };
    const link = all(".files a").find((one) => one.pathname.endsWith(".json"));
    const answer = link ? await fetch(link.href).catch(() => null) : null;
    if (answer?.ok) figures = await answer.json();
  }
  const clock = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short" });
  function tell(zone, curves, x) {
    const when = moment(zone, curves, x);
    const label = zone.querySelector(".when");
    label.textContent = clock.format(when * 1000);
    const row = figures?.rows.find(([time]) => Date.parse(time) / 1000 >= when);
    if (!row) return;
    const shown = figures.columns.slice(1).map((name, place) => [name, row[place + 1]]).filter(([, value]) => value !== null);
    label.textContent += shown.slice(0, 6).map(([name, value]) => ` \u00b7 ${name} ${brief(value)}`).join("");
  }
  function brief(value) {
    const size = Math.abs(value);
    const steps = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"], [1, ""], [1e-3, "m"], [1e-6, "\u00b5"]];
    const [factor, prefix] = steps.find(([step]) => size >= step) ?? [1, ""];
    return `${Number((value / factor).toPrecision(3))}${prefix ? ` ${prefix}` : ""}`;
  }

  function prepareZoom(zone) {
    if (zone.dataset.ready || !area(zone)) return;
    zone.dataset.ready = "yes";
    const box = document.createElement("div");
    box.className = "pick";
    box.hidden = true;
    const when = document.createElement("output");
    when.className = "when dim";
    zone.append(box, when);
    let from = null;
    const stretch = (x) => {
      const curves = area(zone);
      const within = (place) => Math.min(Math.max(place - curves.page, 0), curves.width);
      const [left, right] = [within(from), within(x)].sort((a, b) => a - b);
      Object.assign(box.style, {
        left: `${curves.left + left}px`, width: `${right - left}px`, top: `${curves.top}px`, height: `${curves.height}px`,
      });
      return right - left;
    };
    zone.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      from = event.clientX;
      zone.setPointerCapture(event.pointerId);
    });
    zone.addEventListener("pointermove", (event) => {
      if (!figures) load();
      tell(zone, area(zone), event.clientX);
      if (from !== null) box.hidden = stretch(event.clientX) < 4;
    });
    zone.addEventListener("pointerup", (event) => {
      if (from === null) return;
      const [begun, wide] = [from, stretch(event.clientX)];
      from = null;
      box.hidden = true;
      if (wide < 8) return;
      const ends = [begun, event.clientX].map((x) => moment(zone, area(zone), x)).sort((a, b) => a - b);
      show(ends[0], Math.max(ends[1], ends[0] + 60));
    });
    zone.addEventListener("pointercancel", () => { from = null; box.hidden = true; });
    zone.addEventListener("pointerleave", () => { when.textContent = ""; });
    zone.addEventListener("dblclick", () => history.back());
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, select, textarea")) return;
    const key = event.key === "=" ? "+" : event.key;
    const link = document.querySelector(`.moves a[data-key="${CSS.escape(key)}"]`);
    if (!link) return;
    event.preventDefault();
    location.assign(link.href);
  });

  function prepare() {
    suit();
    all(".zoomable").forEach(prepareZoom);
  }
  document.addEventListener("prepared", prepare);
  prepare();
})();
