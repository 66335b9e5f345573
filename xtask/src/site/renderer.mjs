// The renderer of the page as the simulator carries it: packed, and without the pictures that it would fetch.
//
//     node renderer.mjs check|write PACKAGE PLACE
//
// PACKAGE is the directory of the installed @redocly/cli, PLACE that of the packed renderer and its licences.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";

const [what, from, place] = process.argv.slice(2);
const FETCHED = /https:\/\/cdn\.redoc\.ly\/redoc\/logo-mini(-full)?\.svg/g;
const PAPERS = ["LICENSE", "THIRD_PARTY_NOTICES"];
const packed = join(place, "redoc.js.gz");
const renderer = readFileSync(join(from, "lib/chunks/redoc.standalone.js"), "utf8").replace(FETCHED, "data:,");

if (what === "write") {
  writeFileSync(packed, gzipSync(renderer, { level: 9 }));
  for (const paper of PAPERS) {
    writeFileSync(join(place, paper), readFileSync(join(from, paper)));
  }
} else {
  // The packed bytes are those of one version of zlib; what counts is what is in them.
  const differs = [
    gunzipSync(readFileSync(packed)).toString("utf8") === renderer ? [] : ["redoc.js.gz"],
    PAPERS.filter((paper) => !readFileSync(join(from, paper)).equals(readFileSync(join(place, paper)))),
  ].flat();
  if (differs.length > 0) {
    console.error(`${differs.join(", ")} in ${place}: not those of ${from}`);
    process.exitCode = 1;
  }
}
