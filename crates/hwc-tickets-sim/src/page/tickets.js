// The list of tickets, and a form to open one as a customer.

import { attempt, post } from "./control.js";
import { make, refresh } from "./node.js";
import { language, moment, say } from "./words.js";

const byId = (id) => document.getElementById(id);
const list = byId("ticket-list");
const filter = byId("filter");
const text = byId("ticket-text");
let opening = false;

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
      button.addEventListener("click", () => turnTo(ticket.id));
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

/** Puts a ticket into the address, which everybody follows. */
export function turnTo(id) {
  location.hash = new URLSearchParams({ ticket: id }).toString();
}

byId("ticket-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const content = text.value;
  // Pressing twice opens one.
  if (opening || !content) return;
  opening = true;
  const opened = await attempt(byId("ticket-problem"), () => post("/_sim/ticket", { content }));
  opening = false;
  if (!opened) return;
  if (text.value === content) text.value = "";
  byId("opening").open = false;
  filter.value = "";
  turnTo(opened.ticket);
});

export function onFilter(work) {
  filter.addEventListener("input", work);
}
