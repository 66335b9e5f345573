// Talks through both clients, and replays the kit into them.

import { readFileSync, writeFileSync } from "node:fs";
import { converse } from "./conversation";
import { replay } from "./replay";
import * as withFetch from "./with-fetch";
import * as withHey from "./with-hey";

const CLIENTS = [
  ["openapi-typescript with openapi-fetch", "fetch.txt", withFetch],
  ["@hey-api/openapi-ts", "hey.txt", withHey],
] as const;

async function main([document = "", kit = "", simulator = "", replayed = ""]: string[]): Promise<void> {
  const description = JSON.parse(readFileSync(document, "utf8"));
  const rows = [];
  for (const [client, told, made] of CLIENTS) {
    console.log(client);
    const credentials = await converse(simulator, (token) => made.client(simulator, token));
    const said = await replay(replayed, kit, description, made.ask(replayed, "TOKENEXAMPLE"), told);
    rows.push({ client, document: "openapi.json", credentials, ...said });
  }
  writeFileSync("results.json", JSON.stringify(rows));
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
