// Live updates, search, filters, sorting, keys, themes. Every page works without it.
"use strict";

const body = document.body;
const say = JSON.parse(body.dataset.words);
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const SEVERITY = { green: 0, clear: 1, blue: 2, purple: 3, yellow: 4, red: 5 };

// --- the width of the window, without the scroll bar: no CSS length says it ---------------------------------------
const measure = () => document.documentElement.style.setProperty("--view", `${document.documentElement.clientWidth}px`);
measure();
addEventListener("resize", measure);

// --- themes ---------------------------------------------------------------------------------------------------
const theme = $("#theme");
theme.hidden = false;
theme.value = document.documentElement.dataset.theme || "auto";
theme.addEventListener("change", () => {
  document.documentElement.dataset.theme = theme.value;
  document.dispatchEvent(new Event("themed"));
  try { localStorage.setItem("hexmon-theme", theme.value); } catch { /* private browsing: for this page only */ }
});

// --- times ----------------------------------------------------------------------------------------------------
// The same steps as ages.py, so that a page reads the same with and without this script.
function age(seconds) {
  if (seconds < 60) return "< 1 min";
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.floor(seconds / 3600)} h`;
  if (seconds < 800 * 86400) return `${Math.floor(seconds / 86400)} d`;
  return `${Math.floor(seconds / (365 * 86400))} y`;
}
const local = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium" });
const zone = new Intl.DateTimeFormat("en", { timeZoneName: "short" });
const zoneOf = (date) => zone.formatToParts(date).find((part) => part.type === "timeZoneName").value;
let ahead = 0; // how far this machine's clock is ahead of the server's, in ms

function tellTimes(root = document) {
  const now = Date.now() - ahead;
  for (const element of $$("time[datetime]", root)) {
    const date = new Date(element.dateTime);
    if (Number.isNaN(date.getTime())) continue;
    const text = `${local.format(date)} ${zoneOf(date)}`;
    if (element.classList.contains("moment")) element.textContent = text;
    else {
      const shown = age((now - date.getTime()) / 1000);
      if (element.textContent !== shown) element.textContent = shown;
      if (!element.closest(".s")) element.title = text;
    }
  }
  for (const square of $$(".s.new")) {
    const since = Number(square.dataset.since || 0);
    if (since && now / 1000 - since > 300) square.classList.remove("new");
  }
}

// --- live updates ---------------------------------------------------------------------------------------------
const alive = $("#alive");
let heard = Date.now();
let source = null;

function showAlive() {
  if (!body.dataset.live) return;
  const quiet = (Date.now() - heard) / 1000;
  const lost = quiet > 40 || (source !== null && source.readyState !== EventSource.OPEN && quiet > 5);
  alive.classList.toggle("lost", lost);
  alive.textContent = lost ? `${say.lost} ${age(quiet)}` : say.live;
}

function place(change) {
  const links = $$(`.matrix a[href="${CSS.escape(change.href)}"]`);
  if (links.length === 0 || change.color === null) return false;
  for (const link of links) {
    const old = link.parentElement;
    const focused = document.activeElement === link;
    old.insertAdjacentHTML("afterend", change.html);
    const fresh = old.nextElementSibling;
    fresh.dataset.since = change.since;
    old.remove();
    if (focused) $("a", fresh).focus();
  }
  return true;
}

const watched = (change) => {
  const { host, test } = body.dataset;
  return !host || (change.host === host && (!test || change.test === test));
};

function swapGlyph(svg, color) {
  if (!svg || svg.classList.contains(color)) return;
  svg.setAttribute("class", `g ${color}`);
  $("use", svg).setAttribute("href", `#${color}`);
}

function showSummary(data) {
  for (const link of $$(".counts a")) {
    const count = data.counts[link.dataset.color];
    $("span", link).textContent = count;
    link.classList.toggle("zero", count === 0);
  }
  document.title = `${data.problems ? `(${data.problems}) ` : ""}${document.title.replace(/^\(\d+\) /, "")}`;
  $("#icon").href = `/favicon-${data.worst}.svg`;
  swapGlyph($("#worst .g"), data.worst);
  for (const link of $$("a[data-page]")) swapGlyph($(".g", link), data.pages[link.dataset.page] ?? "green");
}

// Many clients hear the same thing at the same time: each waits a little, its own time, before it asks for more.
const later = {};
function soon(name, wait, action) {
  if (later[name]) return;
  later[name] = setTimeout(() => { delete later[name]; action(); }, wait * (0.5 + Math.random()));
}

async function fetchProblems() {
  const list = $("#problems");
  if (!list) return;
  const answer = await fetch(`/-/problems?page=${encodeURIComponent(body.dataset.page)}`).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#problems");
  const open = new Set($$("details[open]", list).map((one) => one.parentElement.querySelector("a")?.getAttribute("href")));
  for (const one of $$("details", fresh)) one.open = open.has(one.parentElement.querySelector("a")?.getAttribute("href"));
  list.replaceWith(fresh);
  tellTimes(fresh);
}

// Whoever reads must not be disturbed: what is open, scrolled and focused stays so, and marked text is left alone.
function replaceMain(fresh) {
  const old = $("main");
  const marked = getSelection();
  if (!marked.isCollapsed && old.contains(marked.anchorNode)) return false;
  const opened = new Set($$("details[open] > summary", old).map((one) => one.textContent));
  for (const one of $$("details", fresh)) one.open ||= opened.has($("summary", one).textContent);
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const href = focused?.getAttribute("href");
  const scrolled = $$(".said", old).map((one) => one.scrollTop);
  hideCard();
  // A picture that is there already would be white for a moment if it were loaded anew.
  for (const one of $$("[data-keep]", fresh)) {
    const before = $(`[data-keep="${CSS.escape(one.dataset.keep)}"]`, old);
    if (before) one.replaceWith(before);
  }
  old.replaceWith(fresh);
  for (const [number, one] of $$(".said", fresh).entries()) one.scrollTop = scrolled[number] ?? 0;
  if (href) $(`a[href="${CSS.escape(href)}"]`, fresh)?.focus({ preventScroll: true });
  else if (focused?.matches(".said")) $(".said", fresh)?.focus({ preventScroll: true });
  else if (focused?.matches("summary")) $$("summary", fresh).find((one) => one.textContent === focused.textContent)?.focus();
  return true;
}

async function fetchPage() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (answer?.status === 404) location.reload(); // the host was dropped
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!replaceMain($("main", fresh))) { soon("page", 10000, fetchPage); return; }
  const counts = $(".counts", fresh);
  $(".counts").replaceWith(counts);
  document.title = fresh.title;
  $("#icon").href = $("#icon", fresh).getAttribute("href");
  body.dataset.version = fresh.body.dataset.version;
  if (body.dataset.boot !== fresh.body.dataset.boot) { location.reload(); return; }
  prepare();
}

function connect() {
  const { page, version, boot } = body.dataset;
  source = new EventSource(`/events?page=${encodeURIComponent(page)}&after=${version}&boot=${encodeURIComponent(boot)}`);
  source.addEventListener("open", () => { heard = Date.now(); showAlive(); });
  source.addEventListener("error", showAlive);
  source.addEventListener("beat", (event) => {
    heard = Date.now();
    ahead = heard - Number(event.data) * 1000;
    showAlive();
  });
  source.addEventListener("reload", () => {
    heard = Date.now();
    if (body.dataset.live === "own") document.dispatchEvent(new Event("squares"));
    else soon("page", 1500, fetchPage);
  });
  source.addEventListener("squares", (event) => {
    heard = Date.now();
    const data = JSON.parse(event.data);
    showSummary(data);
    if (body.dataset.live === "own") {
      document.dispatchEvent(new Event("squares"));
    } else if (body.dataset.live === "whole") {
      if (data.squares.some(watched)) soon("page", body.dataset.host ? 400 : 3000, fetchPage);
    } else {
      if (data.squares.map(place).includes(false)) soon("page", 3000, fetchPage);
      if (data.squares.length) soon("problems", 400, fetchProblems);
    }
    tellTimes();
    applyFilter();
    showAlive();
  });
}

// --- filter and search ----------------------------------------------------------------------------------------
const search = $("#search");
const chosen = new Set();

function applyFilter() {
  const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const filtering = chosen.size > 0;
  for (const row of $$(".matrix:not(.turned) tbody tr:not(.title)")) {
    const text = `${row.cells[0].textContent} ${row.cells[0].title} ${row.dataset.also}`.toLowerCase();
    const found = wanted.every((word) => text.includes(word));
    const coloured = !filtering || [...chosen].some((color) => row.querySelector(`.s.${color}`));
    row.classList.toggle("off", !(found && coloured));
  }
}

function prepareFilters() {
  for (const link of $$(".counts a")) {
    link.setAttribute("role", "button");
    link.setAttribute("aria-pressed", String(chosen.has(link.dataset.color)));
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || !$(".matrix")) return;
      event.preventDefault();
      const color = link.dataset.color;
      if (!chosen.delete(color)) chosen.add(color);
      link.setAttribute("aria-pressed", String(chosen.has(color)));
      applyFilter();
    });
  }
}
search.addEventListener("input", applyFilter);

// --- sorting --------------------------------------------------------------------------------------------------
function severity(cell) {
  const color = cell && Object.keys(SEVERITY).find((name) => cell.classList.contains(name));
  return color === undefined || !color ? -1 : SEVERITY[color];
}

function sortBy(heading) {
  const table = heading.closest("table");
  const column = heading.cellIndex;
  const falling = heading.getAttribute("aria-sort") !== "descending";
  for (const other of $$("th", table.tHead)) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", falling ? "descending" : "ascending");
  const rows = [...table.tBodies[0].rows].filter((row) => !row.classList.contains("title"));
  const name = (row) => row.cells[0].textContent.trim();
  const compare = column === 0
    ? (a, b) => name(b).localeCompare(name(a), undefined, { numeric: true })
    : (a, b) => severity(b.cells[column]) - severity(a.cells[column]);
  rows.sort((a, b) => (falling ? compare(a, b) : compare(b, a)));
  table.tBodies[0].append(...rows);
}

function prepareSorting() {
  for (const heading of $$(".matrix:not(.turned) thead th")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    button.addEventListener("click", () => sortBy(heading));
    heading.append(button);
  }
}

// --- the card that hovers ---------------------------------------------------------------------------------------
let card = null;
let asked = null;

function hideCard() {
  clearTimeout(asked);
  card?.remove();
  card = null;
}

async function showCard(link) {
  const answer = await fetch(link.getAttribute("href").replace("/status/", "/-/peek/")).catch(() => null);
  if (!answer?.ok || !(link.matches(":hover") || document.activeElement === link)) return;
  const [, times, heading, line] = (await answer.text()).split("\n");
  const [since, updated] = times.split(" ").map(Number);
  const now = (Date.now() - ahead) / 1000;
  hideCard();
  card = document.createElement("div");
  card.className = "peek";
  const bold = document.createElement("b");
  bold.textContent = `${heading}, ${age(now - since)}`;
  card.append(bold, `${line} `);
  card.append(document.createElement("br"), `checked ${age(now - updated)} ago`);
  document.body.append(card);
  const box = link.getBoundingClientRect();
  const size = card.getBoundingClientRect();
  card.style.left = `${Math.max(8, Math.min(box.left, innerWidth - size.width - 8))}px`;
  card.style.top = `${box.bottom + size.height + 8 > innerHeight ? box.top - size.height - 4 : box.bottom + 4}px`;
}

function prepareCards() {
  const main = $("main");
  const wanted = (event) => {
    const link = event.target.closest?.(".s a");
    if (!link) return;
    if (link.title) { link.setAttribute("aria-label", link.title); link.removeAttribute("title"); }
    clearTimeout(asked);
    asked = setTimeout(() => showCard(link), 120);
  };
  main.addEventListener("mouseover", wanted);
  main.addEventListener("focusin", wanted);
  main.addEventListener("mouseout", hideCard);
  main.addEventListener("focusout", hideCard);
}

// --- keys -----------------------------------------------------------------------------------------------------
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

function step(from, down, right) {
  const cell = from.closest("td, th");
  const rows = $$(".matrix tbody tr:not(.off, .title)");
  let row = rows.indexOf(cell.parentElement);
  let column = cell.cellIndex;
  for (;;) {
    row += down;
    column += right;
    const next = rows[row]?.cells[column];
    if (!next) return;
    const link = $("a", next);
    if (link) { link.focus(); return; }
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.matches?.("input, select, textarea");
  if (event.key === "Escape") {
    hideCard();
    if (event.target === search) { search.value = ""; applyFilter(); search.blur(); }
    for (const menu of $$(".menu[open]")) menu.open = false;
  } else if (typing) {
    return;
  } else if (event.key === "/") {
    event.preventDefault();
    search.focus();
  } else if (event.key === "n") {
    const links = $$("#problems .where");
    links[(links.indexOf(document.activeElement) + 1) % links.length]?.focus();
  } else if (event.key in STEPS && event.target.closest?.(".matrix")) {
    event.preventDefault();
    step(event.target, ...STEPS[event.key]);
  }
});
document.addEventListener("click", (event) => {
  for (const menu of $$(".menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});

// --- copying --------------------------------------------------------------------------------------------------
async function copy(button) {
  const code = button.previousElementSibling;
  try {
    await navigator.clipboard.writeText(code.textContent);
  } catch { // a page without TLS may not: then what is marked is copied
    getSelection().selectAllChildren(code);
    if (!document.execCommand("copy")) return; // it is marked at least
  }
  const before = button.textContent;
  button.textContent = button.dataset.done;
  setTimeout(() => { button.textContent = before; }, 2000);
}

function prepareCopying() {
  for (const button of $$("button.copy")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
}

// --- start ----------------------------------------------------------------------------------------------------
function prepare() {
  prepareFilters();
  prepareSorting();
  prepareCards();
  prepareCopying();
  tellTimes();
  applyFilter();
  document.dispatchEvent(new Event("prepared"));
}

$(".keys").hidden = !$(".matrix");
prepare();
if (body.dataset.live) connect();
else alive.textContent = "";
setInterval(showAlive, 5000);
setInterval(tellTimes, 15000);
// A report that changes no colour is told to nobody, but whoever looks at its text wants the new one.
if (body.dataset.host || $("#summaries")) setInterval(() => { if (!document.hidden) fetchPage(); }, 60000);
