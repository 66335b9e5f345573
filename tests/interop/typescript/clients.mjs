// Makes the TypeScript clients of the description, checks their types, talks through them, and replays the kit into them.
//
//     node clients.mjs SPEC KIT CONTROL REPLAY
//
// SPEC is the directory of the published description, KIT the unpacked kit, CONTROL a simulator with --control and
// --engineers manual, REPLAY one that replays the kit. The packages are installed in the working directory, where
// everything made stays, as do `results.json`, a row for each client, and a text for each with the exchanges that it
// takes for what they are not.

import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const [spec, kit, control, replay] = process.argv.slice(2);
const documented = join(spec, "openapi.json");
const tolerant = join(spec, "openapi.tolerant.json");

function run(program, ...given) {
  const { status } = spawnSync(process.execPath, [program, ...given], { stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) {
    console.error(`${program} is not content`);
    process.exit(1);
  }
}

rmSync("made", { recursive: true, force: true });
mkdirSync("made/fetch", { recursive: true });
for (const name of readdirSync(here).filter((name) => /\.ts$|^tsconfig/.test(name))) {
  copyFileSync(join(here, name), join("made", name));
}
const packages = resolve("node_modules");
const hey = join(packages, "@hey-api/openapi-ts/bin/run.js");
run(join(packages, "openapi-typescript/bin/cli.js"), documented, "--output", "made/fetch/schema.d.ts");
run(hey, "--input", documented, "--output", "made/hey", "--no-log-file");
// One that validates answers, of either form.
for (const [document, place] of [[documented, "made/zod"], [tolerant, "made/zod-tolerant"]]) {
  run(hey, "--file", join(here, "zod.config.mjs"), "--input", document, "--output", place, "--no-log-file");
}
run(join(packages, "typescript/bin/tsc"), "--project", "made");
run("made/javascript/main.js", spec, kit, control, replay);
