// What really happened: the ledger of a ticket and the journal of requests.

import { attempt, get } from "./control.js";
import { make, refresh } from "./node.js";
import { language, moment, say } from "./words.js";

/** Most requests that are asked for and shown. */
const LATEST = 100;

const byId = (id) => document.getElementById(id);
const writesOnly = byId("writes-only");

export function showLedger(arrivals, now) {
  const list = byId("arrivals");
  refresh(list, [...arrivals].reverse(), {
    key: (arrival) => arrival.number,
    context: language + new Date(now).toDateString(),
    create: () => make("li"),
    fill: (node, arrival) => fillArrival(node, arrival, now),
  });
  if (!arrivals.length) list.replaceChildren(make("li", { class: "quiet", text: say("ledger_none") }));
}

function fillArrival(node, arrival, now) {
  const badges = [
    arrival.history && make("span", { class: "badge", text: say("history") }),
    arrival.recalled && make("span", { class: "badge bad", text: say("recalled") }),
    !arrival.visible && make("span", { class: "badge warn", text: say("hidden") }),
    arrival.confidential && make("span", { class: "badge", text: say("confidential") }),
  ].filter(Boolean);
  const files = arrival.attachments.map((id) => make("span", { class: "file", dir: "auto", text: id }));
  node.replaceChildren(
    make(
      "div",
      { class: "meta" },
      make("span", { class: "number", text: `#${arrival.number}` }),
      make("span", { class: "what", text: arrival.message_id }),
      make("span", { text: `${arrival.by} (${say(arrival.author)})` }),
      make("time", { datetime: arrival.at, text: moment(arrival.at, now) }),
      ...badges,
    ),
    make("p", { class: "text", dir: "auto", text: arrival.text }),
    ...(files.length ? [make("div", { class: "files" }, ...files)] : []),
  );
}

/** Asks for the latest requests and shows them. */
export async function showJournal(state) {
  const after = Math.max(0, state.requests - LATEST);
  const asked = await attempt(byId("clock-problem"), () => get(`/_sim/journal?after=${after}`));
  if (!asked) return;
  const entries = asked.entries.filter((entry) => !writesOnly.checked || entry.method !== "GET").reverse();
  const list = byId("entries");
  refresh(list, entries, {
    key: (entry) => entry.number,
    context: language + new Date(state.now).toDateString(),
    create: () => make("li"),
    fill: (node, entry) => fillEntry(node, entry, state.now),
  });
  if (!entries.length) list.replaceChildren(make("li", { class: "quiet", text: say("journal_none") }));
}

function fillEntry(node, entry, now) {
  const failed = entry.error_code || entry.status === null || entry.status >= 300;
  const badges = [
    make("span", { class: `badge ${failed ? "bad" : "good"}`, text: [entry.status ?? say("no_answer"), entry.error_code].filter(Boolean).join(" ") }),
    entry.fault && make("span", { class: "badge warn", text: say(`fault_${entry.fault.kind}`) }),
    entry.example && make("span", { class: "badge", text: say("example") }),
    !entry.acted && make("span", { class: "badge", text: say("not_acted") }),
  ].filter(Boolean);
  node.replaceChildren(
    make(
      "div",
      { class: "meta" },
      make("span", { class: "number", text: `#${entry.number}` }),
      make("time", { datetime: entry.at, text: moment(entry.at, now) }),
      make("span", { class: "what", text: `${entry.method} ${entry.operation ?? ""}` }),
      ...badges,
    ),
    make("div", { class: "quiet" }, make("code", { text: entry.path })),
    make("div", { class: "quiet", text: [entry.caller && say("by", { name: entry.caller }), entry.request_id].filter(Boolean).join(" · ") }),
  );
}

export function onWritesOnly(work) {
  writesOnly.addEventListener("change", work);
}
