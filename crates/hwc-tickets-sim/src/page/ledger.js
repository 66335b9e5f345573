// What really reached a ticket.

import { make, refresh } from "./node.js";
import { language, moment, say } from "./words.js";

const list = document.getElementById("arrivals");

export function show(arrivals, now) {
  refresh(list, [...arrivals].reverse(), {
    key: (arrival) => arrival.number,
    context: language + new Date(now).toDateString(),
    create: () => make("li"),
    fill: (node, arrival) => fill(node, arrival, now),
  });
  if (!arrivals.length) list.replaceChildren(make("li", { class: "quiet", text: say("ledger_none") }));
}

function fill(node, arrival, now) {
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
