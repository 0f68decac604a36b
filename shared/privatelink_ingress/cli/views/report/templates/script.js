"use strict";
// Search, sorting, and the sections that open for a link or for print. Without this script the page shows all of it.
const find = (selector, within = document) => [...within.querySelectorAll(selector)];
for (const tool of find(".tools")) tool.hidden = false;

const table = document.getElementById("table");
const body = table.tBodies[0];
const searched = find("[data-search]");
const rows = find("tr[data-search]", body);
const shown = document.getElementById("shown");
const search = document.getElementById("search");

const filters = find(".filters button");

function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const statuses = filters.filter((one) => one.getAttribute("aria-pressed") === "true").map((one) => one.dataset.status);
  for (const one of searched) {
    const found = words.every((word) => one.dataset.search.includes(word));
    one.hidden = !found || (statuses.length > 0 && !statuses.includes(one.dataset.status));
  }
  const left = rows.filter((row) => !row.hidden).length;
  shown.textContent = words.length || statuses.length ? `${left} of ${rows.length}` : "";
}
search.addEventListener("input", filter);
search.closest(".tools").addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    search.value = "";
    for (const one of filters) one.setAttribute("aria-pressed", "false");
    filter();
  }
});
for (const one of filters) {
  one.addEventListener("click", () => {
    one.setAttribute("aria-pressed", String(one.getAttribute("aria-pressed") !== "true"));
    filter();
  });
}

const order = new Intl.Collator("en", { numeric: true });
find("thead th", table).forEach((head, column) => {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...head.childNodes);
  head.append(button);
  if (!head.hasAttribute("aria-sort")) head.setAttribute("aria-sort", "none");
  button.addEventListener("click", () => {
    const descending = head.getAttribute("aria-sort") === "ascending";
    for (const other of find("thead th", table)) other.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const value = (row) => row.cells[column].dataset.value;
    const compare = head.matches(".number, .rank")
      ? (one, other) => Number(value(one)) - Number(value(other))
      : (one, other) => order.compare(value(one), value(other));
    const sorted = [...rows].sort(compare);
    body.append(...(descending ? sorted.reverse() : sorted));
  });
});

function openTarget() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) {
    target.hidden = false;
    target.open = true;
    target.querySelector("summary").focus({ preventScroll: true });
    target.scrollIntoView();
  }
}
window.addEventListener("hashchange", openTarget);
for (const link of find('a[href^="#connection-"]')) {
  // A second click on one link changes no hash.
  link.addEventListener("click", () => setTimeout(openTarget));
}
openTarget();

const all = document.getElementById("all");
const sections = find("details.connection");
all.addEventListener("click", () => {
  const open = all.getAttribute("aria-expanded") !== "true";
  for (const one of sections) one.open = open;
  all.setAttribute("aria-expanded", String(open));
  all.textContent = open ? "Close all" : "Open all";
});

let closed = [];
window.addEventListener("beforeprint", () => {
  closed = find("details:not([open])").filter((one) => !one.closest(".findings"));
  for (const one of closed) one.open = true;
});
window.addEventListener("afterprint", () => {
  for (const one of closed) one.open = false;
});
