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
const document = join(spec, "openapi.json");

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
run(join(packages, "openapi-typescript/bin/cli.js"), document, "--output", "made/fetch/schema.d.ts");
run(join(packages, "@hey-api/openapi-ts/bin/run.js"), "--input", document, "--output", "made/hey", "--no-log-file");
run(join(packages, "typescript/bin/tsc"), "--project", "made");
run("made/javascript/main.js", document, kit, control, replay);
