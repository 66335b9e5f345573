// One ticket: what was said in it, and a box to answer as the engineer.

import { attempt, get, post } from "./control.js";
import { Choice, make, refresh } from "./node.js";
import { language, moment, say } from "./words.js";

const STATUSES = ["waiting", "in_progress", "to_confirm", "completed", "cancelled", "suspended", "invalid", "deleted", "waiting_for_feedback"];

/** Most messages that are asked for and shown. */
export const NEWEST = 200;

const byId = (id) => document.getElementById(id);
const log = byId("log");
const messages = byId("messages");
const text = byId("text");
const attachments = byId("attachments");
const problem = byId("answer-problem");
const trigger = byId("trigger");

/** What was typed and not sent, by ticket. */
const drafts = new Map();
let shown = null;
let state = null;

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

  const atEnd = other || log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  const before = messages.childElementCount;
  // Another ticket is no news: a screen reader keeps quiet until it is filled.
  log.setAttribute("aria-busy", String(other));
  if (other) messages.replaceChildren();
  refresh(messages, arrivals, {
    key: (arrival) => arrival.number,
    context: language + new Date(whole.now).toDateString(),
    create: () => make("li"),
    fill: fillMessage,
  });
  log.setAttribute("aria-busy", "false");
  if (atEnd) log.scrollTop = log.scrollHeight;
  else if (messages.childElementCount > before) byId("newest").hidden = false;
}

function turnTo(ticket) {
  if (shown !== null) drafts.set(shown, text.value);
  shown = ticket?.id ?? null;
  text.value = drafts.get(shown) ?? "";
  attachments.value = "";
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
  const files = arrival.attachments.map((id, index) => {
    const name = make("bdi", { text: arrival.file_names[index] || id });
    return make("li", { class: "file", title: id }, make("span", { class: "quiet", text: `${say("file")} ` }), name);
  });
  node.replaceChildren(
    make(
      "div",
      { class: "meta" },
      make("span", { class: "who", text: arrival.name }),
      make("span", { text: say(arrival.author) }),
      make("time", { datetime: arrival.at, text: moment(arrival.at, state.now) }),
      ...badges,
    ),
    make("p", { class: "text", dir: "auto", text: arrival.text }),
    ...(files.length ? [make("ul", { class: "files" }, ...files)] : []),
  );
}

/** The newest messages of a ticket. */
export async function arrivalsOf(ticket) {
  return (await get(`/_sim/ledger?newest=${NEWEST}&ticket=${encodeURIComponent(ticket)}`)).arrivals;
}

async function answer(event) {
  event.preventDefault();
  const ticket = shown;
  const content = text.value;
  if (ticket === null || !content) return;
  const ids = attachments.value.split(/[,，\s]+/).filter(Boolean);
  const sent = await attempt(problem, () => post("/_sim/reply", { ticket, content, attachments: ids }));
  if (!sent) return;
  drafts.delete(ticket);
  if (shown === ticket && text.value === content) {
    text.value = "";
    attachments.value = "";
  }
  log.scrollTop = log.scrollHeight;
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
  log.scrollTop = log.scrollHeight;
  log.focus();
});

log.addEventListener("scroll", () => {
  if (log.scrollHeight - log.scrollTop - log.clientHeight < 40) byId("newest").hidden = true;
});
