// Talks through each client, and replays the kit into them.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { converse } from "./conversation";
import { replay } from "./replay";
import * as withFetch from "./with-fetch";
import * as withHey from "./with-hey";
import * as plain from "./hey";
import * as plainClient from "./hey/client";
import * as validating from "./zod";
import * as validatingClient from "./zod/client";
import * as tolerant from "./zod-tolerant";
import * as tolerantClient from "./zod-tolerant/client";

type Way = Pick<typeof withFetch, "client" | "ask">;

/** A way through a client of @hey-api/openapi-ts. */
const hey = (made: withHey.Made): Way => ({
  client: (endpoint, token) => withHey.client(made, endpoint, token),
  ask: (endpoint, token) => withHey.ask(made, endpoint, token),
});

const DOCUMENTED = "openapi.json";
const TOLERANT = "openapi.tolerant.json";
const CLIENTS: [client: string, document: string, told: string, way: Way][] = [
  ["openapi-typescript with openapi-fetch", DOCUMENTED, "fetch.txt", withFetch],
  ["@hey-api/openapi-ts", DOCUMENTED, "hey.txt", hey({ sdk: plain, ...plainClient })],
  ["@hey-api/openapi-ts with zod", DOCUMENTED, "zod.txt", hey({ sdk: validating, ...validatingClient })],
  // Types of the tolerant form are choices, which a program takes apart; the conversation has those of the documented form.
  [
    "@hey-api/openapi-ts with zod",
    TOLERANT,
    "zod-tolerant.txt",
    hey({ sdk: tolerant, ...tolerantClient, files: "blob" } as unknown as withHey.Made),
  ],
];

async function main([spec = "", kit = "", simulator = "", replayed = ""]: string[]): Promise<void> {
  const description = JSON.parse(readFileSync(join(spec, DOCUMENTED), "utf8"));
  const rows = [];
  for (const [client, document, told, way] of CLIENTS) {
    console.log(`${client}, ${document}`);
    const credentials = await converse(simulator, (token) => way.client(simulator, token));
    const said = await replay(replayed, kit, description, way.ask(replayed, "TOKENEXAMPLE"), told);
    rows.push({ client, document, credentials, ...said });
  }
  writeFileSync("results.json", JSON.stringify(rows));
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
