// The simulator itself: where it is, its clock, its engineers, a fresh start.

import { attempt, get, post, put } from "./control.js";
import { Choice } from "./node.js";
import { moment, say } from "./words.js";

const byId = (id) => document.getElementById(id);
const problem = byId("clock-problem");

export function show(state) {
  byId("endpoint").textContent = location.origin;
  byId("now").textContent = moment(state.now, 0);
  byId("seed").textContent = state.seed;
  byId("requests").textContent = state.requests;
  engineers.show(["timed", "manual", "silent"].map((mode) => [mode, say(mode)]), state.engineers.mode);
}

/** How engineers behave who answer by themselves. */
const TIMED = { mode: "timed", min: { secs: 2, nanos: 0 }, max: { secs: 6, nanos: 0 } };

const engineers = new Choice(byId("engineers"), byId("engineers-form"), (mode) => {
  attempt(problem, async () => {
    const rules = await get("/_sim/rules");
    if (rules.engineers.mode === mode) return;
    rules.engineers = mode === "timed" ? TIMED : { mode };
    await put("/_sim/rules", rules);
  });
});

for (const button of document.querySelectorAll("[data-advance]")) {
  button.addEventListener("click", () => {
    attempt(problem, () => post("/_sim/advance", { millis: Number(button.dataset.advance) * 1000 }));
  });
}

byId("expire").addEventListener("click", () => attempt(problem, () => post("/_sim/expire")));

byId("reset").addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(problem, () => post("/_sim/seed", { seed: byId("new-seed").valueAsNumber || 0 }));
});
