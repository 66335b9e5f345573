// A switch for each fault. Turned on, it injects the fault into the calls chosen above the switches.

import { attempt, get, post, remove } from "./control.js";
import { make, options } from "./node.js";
import { language, say } from "./words.js";

/** The count of a rule that holds until it is removed. */
const ALWAYS = 4294967295;

/** What the simulator answers: each with its name, and whether its answers are only examples. */
let operations = [];

/** Every fault with its settings: name, what it begins with, whether it may stay empty. */
const FAULTS = [
  { kind: "status", settings: [{ name: "status", value: 503 }, { name: "code", value: "", optional: true }, { name: "retry_after", value: "", optional: true }] },
  { kind: "business", settings: [{ name: "code", value: "OSM.01010001" }] },
  { kind: "html", settings: [{ name: "status", value: 200 }] },
  { kind: "redirect", settings: [{ name: "status", value: 302 }, { name: "location", value: "http://portal.example/" }] },
  { kind: "body", settings: [{ name: "status", value: 200 }, { name: "content_type", value: "application/json" }, { name: "body", value: "null" }] },
  { kind: "delay", settings: [{ name: "millis", value: 3000 }] },
  { kind: "cut", settings: [{ name: "keep", value: "", optional: true, number: true }, { name: "chunked", value: false }] },
  { kind: "drip", settings: [{ name: "millis", value: 200 }] },
  { kind: "drip_head", settings: [{ name: "millis", value: 200 }] },
  { kind: "reset", settings: [] },
  { kind: "close", settings: [] },
  { kind: "hang", settings: [] },
  { kind: "reset_next", settings: [] },
  { kind: "expire", settings: [] },
];

const byId = (id) => document.getElementById(id);
const problem = byId("fault-problem");
const list = byId("fault-list");
let spoken = null;

/** Shows which faults are injected. */
export function show(rules) {
  if (spoken !== language) speak();
  byId("faults-open").textContent = rules.length || "";
  for (const { kind } of FAULTS) {
    const open = rules.filter((rule) => rule.fault.kind === kind);
    byId(`fault-${kind}`).checked = open.length > 0;
    byId(`open-${kind}`).textContent = open.map(describe).join("; ");
  }
}

function describe(rule) {
  const count = rule.count === ALWAYS ? say("always") : say("left", { count: rule.count });
  const more = [rule.after_commit && say("after_commit"), rule.skip > 0 && say("sparing", { count: rule.skip })].filter(Boolean);
  const route = { any: say("any"), tickets: say("tickets_only") }[rule.operation] ?? rule.operation;
  return say("open_order", { route, left: [count, ...more].join(", ") });
}

/** Writes the panel in the language in force, keeping what was entered. */
function speak() {
  spoken = language;
  options(byId("route"), [["any", say("any")], ["tickets", say("tickets_only")], ...operations.map(({ name, example }) => [name, example ? `${name} (${say("example")})` : name])]);
  options(byId("count"), [["1", say("once")], ["3", say("thrice")], [String(ALWAYS), say("always")]]);
  if (!list.childElementCount) list.append(...FAULTS.map(row));
  for (const node of list.querySelectorAll("[data-word]")) node.textContent = say(node.dataset.word);
}

function row({ kind, settings }) {
  const box = make("input", { type: "checkbox", role: "switch", id: `fault-${kind}`, "aria-describedby": `about-${kind} open-${kind}` });
  box.addEventListener("change", () => turn(kind, box));
  return make(
    "li",
    {},
    make("label", { class: "switch" }, box, make("span", { "data-word": `fault_${kind}` })),
    make("p", { class: "quiet", id: `about-${kind}`, "data-word": `fault_${kind}_about` }),
    make("p", { class: "open", id: `open-${kind}` }),
    make("div", { class: "settings" }, ...settings.map((setting) => field(kind, setting))),
  );
}

function field(kind, { name, value, number }) {
  const id = `set-${kind}-${name}`;
  const type = typeof value === "boolean" ? "checkbox" : typeof value === "number" || number ? "number" : "text";
  const input = make("input", { id, type, min: type === "number" ? 0 : undefined, autocomplete: "off", spellcheck: "false" });
  if (type !== "checkbox") input.value = value;
  return make("label", {}, make("span", { "data-word": `set_${name}` }), input);
}

/** The fault as a rule has it. */
function fault({ kind, settings }) {
  const wanted = { kind };
  for (const { name, optional } of settings) {
    const input = byId(`set-${kind}-${name}`);
    if (optional && input.value === "") continue;
    wanted[name] = input.type === "checkbox" ? input.checked : input.type === "number" ? input.valueAsNumber : input.value;
  }
  return wanted;
}

async function turn(kind, box) {
  const on = box.checked;
  const rule = {
    operation: byId("route").value,
    fault: fault(FAULTS.find((known) => known.kind === kind)),
    after_commit: byId("acts").checked,
    skip: byId("spare").valueAsNumber || 0,
    count: Number(byId("count").value),
  };
  const done = await attempt(problem, () => (on ? post("/_sim/fault", rule) : remove(`/_sim/fault?kind=${kind}`)));
  if (!done) box.checked = !on;
}

byId("lost").addEventListener("click", () => {
  attempt(problem, () => post("/_sim/fault", { operation: "createMessages", fault: { kind: "close" }, after_commit: true }));
});

attempt(problem, async () => {
  ({ operations } = await get("/_sim/operations"));
  if (spoken) speak();
});
