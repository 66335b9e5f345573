// The faults that are open, and a form to order another one.

import { attempt, get, post, remove } from "./control.js";
import { make, options, refresh } from "./node.js";
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
const chosen = byId("fault");
const settings = byId("fault-settings");
let spoken = null;

/** Shows which faults are open. */
export function show(rules) {
  if (spoken !== language) speak();
  byId("faults-open").textContent = rules.length || "";
  const open = FAULTS.map(({ kind }) => ({ kind, rules: rules.filter((rule) => rule.fault.kind === kind) })).filter((each) => each.rules.length);
  refresh(list, open, {
    key: ({ kind }) => kind,
    context: language,
    create: ({ kind }) => {
      const back = make("button", { type: "button" });
      back.addEventListener("click", () => takeBack(kind));
      return make("li", { id: `open-${kind}` }, make("div"), back);
    },
    fill: (node, { kind, rules: some }) => {
      const name = say(`fault_${kind}`);
      const [about, back] = node.children;
      about.replaceChildren(make("strong", { text: name }), ...some.map((rule) => make("p", { text: describe(rule) })));
      back.replaceChildren(make("span", { "aria-hidden": "true", text: say("take_back") }), make("span", { class: "unseen", text: say("take_back_fault", { name }) }));
    },
  });
  if (!open.length) list.replaceChildren(make("li", { class: "quiet", text: say("faults_none") }));
}

function describe(rule) {
  const count = rule.count === ALWAYS ? say("always") : say("left", { count: rule.count });
  const more = [rule.after_commit && say("after_commit"), rule.skip > 0 && say("sparing", { count: rule.skip })].filter(Boolean);
  const route = { any: say("any"), tickets: say("tickets_only") }[rule.operation] ?? rule.operation;
  return [route, count, ...more].join(", ");
}

/** Writes the form in the language in force, keeping what was entered. */
function speak() {
  spoken = language;
  options(chosen, FAULTS.map(({ kind }) => [kind, say(`fault_${kind}`)]));
  options(byId("route"), [["any", say("any")], ["tickets", say("tickets_only")], ...operations.map(({ name, example }) => [name, example ? `${name} (${say("example")})` : name])]);
  options(byId("count"), [["1", say("once")], ["3", say("thrice")], [String(ALWAYS), say("always")]]);
  choose();
}

/** Shows what the chosen fault does, and its settings. */
function choose() {
  const kind = chosen.value;
  byId("fault-about").textContent = say(`fault_${kind}_about`);
  if (settings.dataset.kind !== kind) {
    settings.dataset.kind = kind;
    settings.replaceChildren(...known(kind).settings.map(field));
  }
  for (const node of settings.querySelectorAll("[data-word]")) node.textContent = say(node.dataset.word);
}

const known = (kind) => FAULTS.find((each) => each.kind === kind);

function field({ name, value, number }) {
  const type = typeof value === "boolean" ? "checkbox" : typeof value === "number" || number ? "number" : "text";
  const input = make("input", { id: `set-${name}`, type, min: type === "number" ? 0 : undefined, autocomplete: "off", spellcheck: "false" });
  if (type !== "checkbox") input.value = value;
  return make("label", { class: type === "checkbox" ? "check" : undefined }, ...(type === "checkbox" ? [input] : []), make("span", { "data-word": `set_${name}` }), ...(type === "checkbox" ? [] : [input]));
}

/** The fault as a rule has it. */
function fault(kind) {
  const wanted = { kind };
  for (const { name, optional } of known(kind).settings) {
    const input = byId(`set-${name}`);
    if (optional && input.value === "") continue;
    wanted[name] = input.type === "checkbox" ? input.checked : input.type === "number" ? input.valueAsNumber : input.value;
  }
  return wanted;
}

async function takeBack(kind) {
  const done = await attempt(problem, () => remove(`/_sim/fault?kind=${kind}`));
  if (done) chosen.focus(); // The button goes with its line.
}

chosen.addEventListener("change", choose);

byId("fault-form").addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(problem, () =>
    post("/_sim/fault", {
      operation: byId("route").value,
      fault: fault(chosen.value),
      after_commit: byId("acts").checked,
      skip: byId("spare").valueAsNumber || 0,
      count: Number(byId("count").value),
    }),
  );
});

byId("lost").addEventListener("click", () => {
  attempt(problem, () => post("/_sim/fault", { operation: "createMessages", fault: { kind: "close" }, after_commit: true }));
});

attempt(problem, async () => {
  ({ operations } = await get("/_sim/operations"));
  if (spoken) speak();
});
