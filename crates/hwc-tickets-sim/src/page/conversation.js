// One ticket: what was said in it, and a box to answer as the engineer.

import { attempt, get, post } from "./control.js";
import { Files, idsOf, link } from "./files.js";
import { Choice, make, refresh } from "./node.js";
import { linked } from "./text.js";
import { day, language, say, time } from "./words.js";

const STATUSES = ["waiting", "in_progress", "to_confirm", "completed", "cancelled", "suspended", "invalid", "deleted", "waiting_for_feedback"];

/** Most messages that are asked for and shown. */
export const NEWEST = 200;

const byId = (id) => document.getElementById(id);
const log = byId("log");
const messages = byId("messages");
const text = byId("text");
const send = byId("send");
const problem = byId("answer-problem");
const trigger = byId("trigger");
const files = new Files(byId("attach"), byId("files"), byId("chosen"));

/** What was typed and chosen and not sent, by ticket. */
const drafts = new Map();
let shown = null;
let state = null;
let sending = false;

const status = new Choice(byId("status"), byId("status-form"), (chosen) => {
  if (shown !== null) attempt(problem, () => post("/_sim/status", { ticket: shown, status: chosen }));
});

/** Shows a ticket: `ticket` from the state, `arrivals` from its ledger. */
export function show(ticket, arrivals, whole) {
  state = whole;
  const other = shown !== ticket?.id;
  if (other) turnTo(ticket);
  byId("ticket-title").textContent = ticket?.title || ticket?.id || say("none");
  const facts = ticket ? [ticket.id, say("of", { owner: ticket.owner }), ticket.group && say("group", { group: ticket.group }), say("messages_count", { count: ticket.shown })] : [];
  byId("ticket-facts").textContent = facts.filter(Boolean).join(" · ");
  if (other) status.open = false;
  status.show(STATUSES.map((name) => [name, say(`status_${name}`)]), ticket?.status ?? "");
  trigger.setAttribute("aria-disabled", String(!ticket?.answer_planned));
  byId("earlier").hidden = !ticket || ticket.arrived <= arrivals.length;
  files.show();

  const atEnd = other || isAtEnd();
  const before = messages.childElementCount;
  // Another ticket is no news: a screen reader keeps quiet until it is filled.
  log.setAttribute("aria-busy", String(other));
  if (other) messages.replaceChildren();
  refresh(messages, lines(ticket, arrivals), {
    key: (line) => line.key,
    context: language + new Date(whole.now).toDateString(),
    create: () => make("li"),
    fill: (node, line) => line.fill(node),
  });
  log.setAttribute("aria-busy", "false");
  if (atEnd) toEnd();
  else if (messages.childElementCount > before) byId("newest").hidden = false;
}

/** The messages, with a line where a day begins and one above what the customer has not read. */
function lines(ticket, arrivals) {
  const all = [];
  const unread = firstUnread(ticket, arrivals);
  let before = "";
  for (const arrival of arrivals) {
    const date = new Date(arrival.at).toDateString();
    if (date !== before) all.push({ key: `day ${date}`, fill: (node) => fillMark(node, "day", make("time", { datetime: arrival.at, text: day(arrival.at, state.now) })) });
    before = date;
    if (arrival.number === unread) all.push({ key: "unread", fill: (node) => fillMark(node, "unread-mark", say("unread_mark")) });
    all.push({ key: arrival.number, arrival, fill: (node) => fillMessage(node, arrival) });
  }
  return all;
}

/** Number of the first message of an engineer that the customer has not read. */
function firstUnread(ticket, arrivals) {
  if (!ticket?.unread) return undefined;
  const theirs = arrivals.filter((arrival) => arrival.author === "engineer" && arrival.visible);
  return theirs.at(-Math.min(ticket.unread, theirs.length))?.number;
}

function fillMark(node, kind, text) {
  node.className = `mark ${kind}`;
  node.replaceChildren(text);
}

function turnTo(ticket) {
  if (shown !== null) drafts.set(shown, { written: text.value, attached: files.files });
  shown = ticket?.id ?? null;
  const { written = "", attached = [] } = drafts.get(shown) ?? {};
  text.value = written;
  files.show(attached);
  problem.textContent = "";
  byId("newest").hidden = true;
}

function fillMessage(node, arrival) {
  node.className = `message ${arrival.author}${arrival.recalled ? " recalled" : ""}`;
  const badges = [
    arrival.recalled && make("span", { class: "badge bad", text: say("recalled") }),
    !arrival.visible && make("span", { class: "badge warn", text: say("hidden") }),
    arrival.confidential && make("span", { class: "badge", text: say("confidential") }),
  ].filter(Boolean);
  const attached = arrival.attachments.map((id, index) => make("li", {}, link(id, arrival.file_names[index])));
  node.replaceChildren(
    make(
      "div",
      { class: "meta" },
      make("span", { class: "who", text: arrival.name }),
      make("span", { text: say(arrival.author) }),
      make("time", { datetime: arrival.at, text: time(arrival.at) }),
      ...badges,
    ),
    make("p", { class: "text", dir: "auto" }, ...linked(arrival.text)),
    ...(attached.length ? [make("ul", { class: "files" }, ...attached)] : []),
  );
}

function isAtEnd() {
  return log.scrollHeight - log.scrollTop - log.clientHeight < 40;
}

/** To the newest message. */
export function toEnd() {
  log.scrollTop = log.scrollHeight;
}

/** The newest messages of a ticket. */
export async function arrivalsOf(ticket) {
  return (await get(`/_sim/ledger?newest=${NEWEST}&ticket=${encodeURIComponent(ticket)}`)).arrivals;
}

async function answer(event) {
  event.preventDefault();
  const ticket = shown;
  const content = text.value;
  const attached = files.files;
  const { run } = state;
  // One after the other: pressing twice is no second answer.
  if (sending || ticket === null || !content) return;
  sending = true;
  send.setAttribute("aria-disabled", "true");
  const sent = await attempt(problem, async () => post("/_sim/reply", { ticket, content, attachments: await idsOf(attached, run) }));
  sending = false;
  send.removeAttribute("aria-disabled");
  if (!sent) return;
  drafts.delete(ticket);
  if (shown !== ticket) return;
  if (text.value === content) text.value = "";
  files.show(files.files.filter((file) => !attached.includes(file)));
  toEnd();
  text.focus();
}

byId("answer").addEventListener("submit", answer);

text.addEventListener("keydown", (event) => {
  // While Chinese is being composed, Enter belongs to the input method.
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) byId("answer").requestSubmit();
});

trigger.addEventListener("click", () => {
  if (trigger.getAttribute("aria-disabled") === "true") return;
  attempt(problem, () => post("/_sim/trigger", { ticket: shown }));
});

byId("newest").addEventListener("click", () => {
  toEnd();
  log.focus();
});

log.addEventListener("scroll", () => {
  if (isAtEnd()) byId("newest").hidden = true;
});
