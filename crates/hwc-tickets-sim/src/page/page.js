// Puts the page together: the state comes in, each part shows what concerns it.

import * as clock from "./clock.js";
import { follow } from "./control.js";
import * as conversation from "./conversation.js";
import * as faults from "./faults.js";
import * as journal from "./journal.js";
import * as ledger from "./ledger.js";
import * as tickets from "./tickets.js";
import { say, switchLanguage, translate } from "./words.js";

const byId = (id) => document.getElementById(id);
const line = byId("line");
/** Where one part is shown at a time; the style sheet has the same width. */
const narrow = matchMedia("(max-width: 45.99rem)");

let state = null;
let arrivals = [];
/** What `arrivals` were read for; they are read again when it differs. */
let read = "";
let reading = false;
let again = false;

/** What the address says: which ticket, and in a narrow window which part. */
const place = () => new URLSearchParams(location.hash.slice(1));

function chosen() {
  const wanted = place().get("ticket");
  return state.tickets.find((ticket) => ticket.id === wanted) ?? tickets.sorted(state.tickets)[0];
}

/** Shows what the state holds, then what has to be read for it. One read after the other, so that no old answer wins. */
async function show() {
  if (!state) return;
  tickets.show(state, chosen()?.id);
  faults.show(state.faults);
  clock.show(state);
  again = true;
  if (reading) return;
  reading = true;
  try {
    while (again) {
      again = false;
      await showRecords();
    }
  } catch {
    live(false); // The next state comes when the simulator is back.
  } finally {
    reading = false;
  }
}

async function showRecords() {
  const ticket = chosen();
  const wanted = JSON.stringify([state.seed, ticket]);
  if (ticket && wanted !== read) {
    arrivals = await conversation.arrivalsOf(ticket.id);
    read = wanted;
  }
  if (chosen()?.id === ticket?.id) {
    conversation.show(ticket, ticket ? arrivals : [], state);
    ledger.show(ticket ? arrivals : [], state.now);
  }
  if (!byId("journal").hidden) await journal.show(state);
}

function live(stands) {
  const key = stands ? "live" : "lost_line";
  if (line.dataset.words === key) return;
  line.dataset.words = key;
  line.className = `line ${stands ? "live" : "lost"}`;
  line.textContent = say(key);
}

function turnTo(tab) {
  for (const other of document.querySelectorAll("[role=tab]")) {
    const selected = other === tab;
    other.setAttribute("aria-selected", String(selected));
    other.tabIndex = selected ? 0 : -1;
    byId(other.getAttribute("aria-controls")).hidden = !selected;
  }
  show();
}

document.querySelector("[role=tablist]").addEventListener("keydown", (event) => {
  const tabs = [...document.querySelectorAll("[role=tab]")];
  const here = tabs.indexOf(document.activeElement);
  const there = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: tabs.length - 1 }[event.key];
  if (here < 0 || there === undefined) return;
  const tab = tabs.at(there % tabs.length);
  turnTo(tab);
  tab.focus();
  event.preventDefault();
});

for (const tab of document.querySelectorAll("[role=tab]")) tab.addEventListener("click", () => turnTo(tab));

byId("language").addEventListener("click", () => {
  switchLanguage();
  show();
});

/** Shows the part that the address names. Only in a narrow window this hides the others. */
function turn() {
  const part = place().get("part") === "tools" ? "tools" : place().has("ticket") ? "conversation" : "tickets";
  const before = document.body.dataset.part;
  document.body.dataset.part = part;
  if (!narrow.matches || part === before) return;
  byId(part).focus();
  if (part === "conversation") conversation.toEnd();
}

/** Goes to a part: to the tools, or to what the address names without them. */
function go(part) {
  const there = place();
  there.delete("part");
  if (part === "tickets") there.delete("ticket");
  if (part === "tools") there.set("part", "tools");
  location.hash = there.toString();
}

for (const button of document.querySelectorAll("[data-go]")) button.addEventListener("click", () => go(button.dataset.go));

byId("skip").addEventListener("click", (event) => {
  event.preventDefault();
  const hidden = byId("conversation").offsetParent === null;
  if (hidden && state && chosen()) tickets.turnTo(chosen().id);
  byId("conversation").focus();
});

addEventListener("hashchange", () => {
  turn();
  show();
});
tickets.onFilter(show);
journal.onWritesOnly(show);
translate();
turn();
follow((told) => {
  state = told;
  show();
}, live);
