// What people wrote, as parts of the page: addresses in it can be followed, everything else is inert.

import { make } from "./node.js";

/** Plain characters only, so that what is shown is where it leads. */
const ADDRESS = /\bhttps?:\/\/[^\s<>"'`{}|\\^\x00-\x20\x7f-\uffff]+/gi;

/** A text in pieces, with a link for each address of the web. */
export function linked(text) {
  const parts = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const address = trimmed(found);
    if (!leadsWhereItSays(address) || isCut(address, text.slice(index + address.length))) continue;
    parts.push(text.slice(end, index), make("a", { href: address, rel: "noreferrer", target: "_blank", text: address }));
    end = index + address.length;
  }
  return [...parts, text.slice(end)];
}

/** Without what ends the sentence around it. */
function trimmed(found) {
  const address = found.replace(/[.,;:!?]+$/, "");
  return address.endsWith(")") && !address.includes("(") ? trimmed(address.slice(0, -1)) : address;
}

/** Whether a letter of another kind, or a mark that does not show, goes on where the name of the host has to end. */
function isCut(address, rest) {
  return !address.replace("//", "").includes("/") && /^[\p{L}\p{M}\p{N}\p{Cf}]/u.test(rest);
}

function leadsWhereItSays(address) {
  if (!URL.canParse(address)) return false;
  const { protocol, username, password } = new URL(address);
  // A name in front of the host is there to be taken for the host.
  return (protocol === "http:" || protocol === "https:") && !username && !password;
}
