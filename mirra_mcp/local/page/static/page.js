// The page works without this. It adds what only a script can: new entries as they happen,
// a copy button, and details beside the list without leaving it.
"use strict";

const MOST_ROWS = 300;

// Rows come in as the server rendered them; those of one frame are put in at once.
function live(list) {
  const told = document.getElementById("live");
  const waiting = new Map();
  let fresh = 0, planned = 0;

  const place = () => {
    planned = 0;
    const first = document.createDocumentFragment();
    for (const [id, html] of waiting) {
      const holder = document.createElement("template");
      holder.innerHTML = html;
      const row = holder.content.firstElementChild;
      const known = document.getElementById(`evt_${id}`);
      mark(row);
      if (known) {
        known.replaceWith(row);
      } else {
        row.classList.add("fresh");
        first.prepend(row);
        fresh += 1;
      }
    }
    waiting.clear();
    list.prepend(first);
    while (list.children.length > MOST_ROWS) list.lastElementChild.remove();
    if (list.children.length) document.getElementById("none")?.remove();
    const older = document.getElementById("older");
    if (older && list.lastElementChild) {
      const to = new URL(older.href);
      to.searchParams.set("before", list.lastElementChild.id.slice(4));
      older.href = to;
    }
    told.textContent = fresh === 1 ? "1 new entry" : `${fresh} new entries`;
  };

  const pulse = document.getElementById("pulse");
  const source = new EventSource(list.dataset.live);
  source.onopen = () => say("live", "Live");
  source.onerror = () => say("lost", "Not connected");
  const say = (name, text) => {
    pulse.className = `pulse ${name}`;
    pulse.textContent = text;
  };
  source.addEventListener("rows", (event) => {
    for (const [id, html] of JSON.parse(event.data).rows) waiting.set(id, html);
    planned ||= requestAnimationFrame(place);
  });
  source.addEventListener("over", () => {
    source.close();
    say("lost", "Over");
  });
  addEventListener("pagehide", () => source.close());
}

// A followed row opens beside the list; the address changes as if the page had been loaded.
function mark(row) {
  const open = location.pathname.match(/\/timeline\/(\d+)$/);
  const isOpen = Boolean(open) && row.id === `evt_${open[1]}`;
  const link = row.querySelector("a");
  if (isOpen) link.setAttribute("aria-current", "true");
  else link.removeAttribute("aria-current");
}

function beside(list) {
  const pane = document.getElementById("detail");
  const frame = pane.parentElement;

  let newest = 0;
  const load = async (url, push) => {
    const own = (newest += 1);
    const at = new URL(url, location.href);
    const entry = at.pathname.match(/\/timeline\/(\d+)$/);
    if (push) history.pushState(null, "", at);
    for (const row of list.children) mark(row);
    if (!entry) {
      frame.classList.remove("open");
      pane.replaceChildren();
      return;
    }
    const answer = await fetch(`${at.pathname}/part${at.search}`).catch(() => null);
    if (!answer?.ok) return location.assign(at);
    const text = await answer.text();
    if (own !== newest) return;
    pane.innerHTML = text;
    frame.classList.add("open");
    pane.scrollTop = 0;
    copies(pane);
    if (push) pane.focus({ preventScroll: true });
    if (innerWidth < 1100) frame.scrollIntoView();
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.(".rows a, .detail .close");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    load(link.href, true);
    if (link.classList.contains("close")) {
      document.querySelector(`${new URL(link.href).hash} a`)?.focus();
    }
  });
  addEventListener("popstate", () => load(location.href, false));
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, select, textarea") || event.metaKey || event.ctrlKey) return;
    const links = [...list.querySelectorAll("a")];
    const at = links.findIndex((each) => each.getAttribute("aria-current"));
    if (event.key === "j" || event.key === "k") {
      const next = links[at + (event.key === "j" ? 1 : at < 0 ? 0 : -1)];
      if (next) {
        next.scrollIntoView({ block: "nearest" });
        load(next.href, true);
      }
    } else if (event.key === "Escape" && at >= 0) {
      pane.querySelector(".close")?.click();
    } else if (event.key === "/") {
      event.preventDefault();
      document.getElementById("q")?.focus();
    }
  });
}

function copies(within) {
  for (const button of within.querySelectorAll(".copy")) {
    button.hidden = false;
    button.onclick = async () => {
      await navigator.clipboard.writeText(button.parentElement.querySelector("pre").textContent);
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = "Copy"), 1500);
    };
  }
}

// A choice in a form of filters shows at once.
for (const form of document.querySelectorAll("form.filters")) {
  form.addEventListener("change", (event) => {
    if (event.target.tagName === "SELECT") form.requestSubmit();
  });
  form.addEventListener("submit", () => {
    for (const each of form.elements) if (!each.value) each.disabled = true;
  });
}
const rows = document.getElementById("rows");
if (rows) {
  for (const row of rows.children) mark(row);
  beside(rows);
  if (rows.dataset.live) live(rows);
}
copies(document);
