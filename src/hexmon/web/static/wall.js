// The wall of a site: one thing changes at a time, nothing flickers. Its pictures are the business of graphs.js.
"use strict";

(() => {
  if (!document.body.classList.contains("wall")) return;
  const clock = document.querySelector("#clock");
  const hours = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const tick = () => { clock.textContent = hours.format(new Date()); };
  tick();
  setInterval(tick, 1000);

  // Only what differs is replaced; pictures stay as they are.
  const same = (one, other) => one.isEqualNode(other);
  function refreshCard(old, fresh) {
    if (old.className !== fresh.className) old.className = fresh.className;
    const head = old.querySelector("header");
    const next = fresh.querySelector("header");
    if (!same(head, next)) head.replaceWith(next);
  }

  async function refresh() {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const ids = (root) => [...root.querySelectorAll("article.card")].map((one) => one.id).join(" ");
    if (page.body.dataset.boot !== document.body.dataset.boot || ids(page) !== ids(document)) { location.reload(); return; }
    for (const card of document.querySelectorAll("article.card")) refreshCard(card, page.getElementById(card.id));
    for (const selector of [".hidden-monitors", ".counts"]) {
      const old = document.querySelector(selector);
      const fresh = page.querySelector(selector);
      if (old && fresh && !same(old, fresh)) old.replaceWith(fresh);
    }
    document.title = page.title;
    document.querySelector("#icon").href = page.querySelector("#icon").getAttribute("href");
    document.dispatchEvent(new Event("refreshed"));
  }

  let waiting = null;
  document.addEventListener("squares", () => {
    waiting ??= setTimeout(() => { waiting = null; refresh(); }, 300);
  });
  setInterval(refresh, 60000); // ages grow
})();
