// The journal of requests: a line for each, and one line for reads that come again and again.

import { attempt, get } from "./control.js";
import { make, refresh } from "./node.js";
import { language, moment, say } from "./words.js";

/** Most requests that are asked for and shown. */
const LATEST = 200;

const byId = (id) => document.getElementById(id);
const writesOnly = byId("writes-only");
const list = byId("entries");

/** Asks for the latest requests and shows them. */
export async function show(state) {
  const after = Math.max(0, state.requests - LATEST);
  const asked = await attempt(byId("journal-problem"), () => get(`/_sim/journal?after=${after}`));
  if (!asked) return;
  const lines = folded(asked.entries.filter((entry) => isWrite(entry) || !writesOnly.checked));
  refresh(list, lines, {
    key: (line) => line.key,
    context: language + new Date(state.now).toDateString(),
    create: () => make("li", {}, make("details", {}, make("summary"), make("ul"))),
    fill: (node, line) => fill(node, line.entries, state.now),
  });
  if (!lines.length) list.replaceChildren(make("li", { class: "quiet", text: say("journal_none") }));
}

const isWrite = (entry) => entry.method !== "GET";
const isUnderWay = (entry) => entry.status === null && !entry.fault;
const isFailed = (entry) => entry.error_code || entry.status === null || entry.status >= 300;

/** The code says more than a status that only looks like success. */
function answerOf({ status, error_code: code }) {
  if (status === null) return say("no_answer");
  return code && status < 300 ? code : status;
}

/**
 * Lines, newest first. Reads of one operation that went well are one line, until something happens that is worth a line
 * of its own. A line keeps its key while it grows, so that one that was opened stays open.
 */
function folded(entries) {
  const lines = [];
  const open = new Map();
  let since = "";
  for (const entry of entries) {
    if (isWrite(entry) || isFailed(entry) || entry.fault) {
      lines.push({ key: entry.number, entries: [entry] });
      if (isUnderWay(entry) && !isWrite(entry)) continue;
      since = entry.number;
      open.clear();
      continue;
    }
    const kind = [entry.operation, entry.status, entry.example].join(" ");
    let line = open.get(kind);
    if (!line) {
      line = { key: `${since} ${kind}`, entries: [] };
      open.set(kind, line);
      lines.push(line);
    }
    line.entries.push(entry);
  }
  return lines.reverse();
}

function fill(node, entries, now) {
  const entry = entries.at(-1);
  const badges = [
    make("span", { class: `badge ${isFailed(entry) ? "bad" : "good"}`, text: answerOf(entry) }),
    entry.fault && make("span", { class: "badge warn", text: say(`fault_${entry.fault.kind}`) }),
    entry.example && make("span", { class: "badge", text: say("example") }),
    !entry.acted && make("span", { class: "badge", text: say("not_acted") }),
  ].filter(Boolean);
  node.className = [isWrite(entry) && "write", isFailed(entry) && "failed"].filter(Boolean).join(" ");
  const [summary, more] = node.firstElementChild.children;
  summary.replaceChildren(
    make("time", { datetime: entry.at, text: moment(entry.at, now) }),
    make("span", { class: "what", title: entry.operation, text: `${entry.method} ${entry.operation ?? entry.path}` }),
    ...(entries.length > 1 ? [make("span", { class: "times", text: say("times", { count: entries.length }) })] : []),
    ...badges,
  );
  more.replaceChildren(
    ...[...entries].reverse().map((each) => {
      const about = [`#${each.number}`, entries.length > 1 && moment(each.at, now), each.error_code, each.caller && say("by", { name: each.caller }), each.request_id];
      return make("li", {}, make("code", { text: each.path }), make("span", { text: about.filter(Boolean).join(" · ") }));
    }),
  );
}

export function onWritesOnly(work) {
  writesOnly.addEventListener("change", work);
}
