// The list of tickets.

import { make, refresh } from "./node.js";
import { language, moment, say } from "./words.js";

const list = document.getElementById("ticket-list");
const filter = document.getElementById("filter");

/** Ids in the order of the list: newest activity first when the page opens, then they stay where they are. */
let order = [];

/** The tickets in the order of the list. */
export function sorted(tickets) {
  const known = new Set(order);
  const fresh = tickets.filter((ticket) => !known.has(ticket.id));
  fresh.sort((a, b) => Date.parse(b.last) - Date.parse(a.last));
  order = [...fresh.map((ticket) => ticket.id), ...order];
  const place = new Map(order.map((id, index) => [id, index]));
  return [...tickets].sort((a, b) => place.get(a.id) - place.get(b.id));
}

export function show(state, chosen) {
  const wanted = filter.value.trim().toLowerCase();
  const fits = (ticket) => `${ticket.id} ${ticket.title}`.toLowerCase().includes(wanted);
  const tickets = sorted(state.tickets)
    .filter(fits)
    .map((ticket) => ({ ...ticket, chosen: ticket.id === chosen }));
  refresh(list, tickets, {
    key: (ticket) => ticket.id,
    context: language,
    create: (ticket) => {
      const button = make("button", { type: "button" });
      button.addEventListener("click", () => {
        location.hash = new URLSearchParams({ ticket: ticket.id }).toString();
      });
      return make("li", {}, button);
    },
    fill: (node, ticket) => {
      const button = node.firstElementChild;
      if (ticket.chosen) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
      const unread = say("unread", { count: ticket.unread });
      button.replaceChildren(
        make("span", { class: "name", dir: "auto", text: ticket.title || ticket.id }),
        ticket.unread ? make("span", { class: "unread", title: unread }, make("span", { "aria-hidden": "true", text: ticket.unread }), make("span", { class: "unseen", text: unread })) : "",
        make("span", { class: "about", text: [ticket.id, say(`status_${ticket.status}`), moment(ticket.last, state.now, true)].join(" · ") }),
      );
    },
  });
  if (!tickets.length) list.replaceChildren(make("li", { class: "quiet", text: say("no_fit") }));
}

export function onFilter(work) {
  filter.addEventListener("input", work);
}
