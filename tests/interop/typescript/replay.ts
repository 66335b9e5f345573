// Every exchange of the kit through a client.
//
// An answer that is a success has to come out of the client, and nothing else may. What a client cannot ask stays unasked.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Answer, codeOf } from "./conversation";

export interface Asked {
  operation: string;
  method: string;
  template: string;
  isFile: boolean;
  path: Record<string, string>;
  query: Record<string, string | string[]>;
  headers: Record<string, string>;
  body?: unknown;
  form?: Record<string, string | File>;
}

export type Ask = (asked: Asked) => Promise<Answer<unknown>>;

interface Operation {
  method: string;
  template: string;
  isFile: boolean;
  lists: Set<string>;
}

/** A body with what `$repeat` and `$list` stand for. */
function whole(value: any): any {
  if (Array.isArray(value)) {
    return value.map(whole);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if ("$repeat" in value) {
    return value.$repeat[0].repeat(value.$repeat[1]);
  }
  if ("$list" in value) {
    return Array(value.$list[1]).fill(whole(value.$list[0]));
  }
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, whole(one)]));
}

function operations(description: any): Map<string, Operation> {
  const all = new Map<string, Operation>();
  for (const [template, item] of Object.entries<any>(description.paths)) {
    for (const [method, said] of Object.entries<any>(item)) {
      if (said.operationId) {
        const parameters = (said.parameters ?? []).filter((one: any) => one.schema?.type === "array");
        const isFile = "application/octet-stream" in (said.responses["200"]?.content ?? {});
        const lists = new Set<string>(parameters.map((one: any) => one.name));
        all.set(said.operationId, { method: method.toUpperCase(), template, isFile, lists });
      }
    }
  }
  return all;
}

/** What to ask, or nothing where the client has no way to ask it. */
function asked(operation: string, known: Operation, request: any): Asked | undefined {
  const names = [...known.template.matchAll(/{(\w+)}/g)].map((found) => found[1] ?? "");
  const found = new RegExp(`^${known.template.replace(/{\w+}/g, "([^/]*)")}$`).exec(request.path);
  if (!found || request.method !== known.method || "body_text" in request) {
    return undefined;
  }
  const path = Object.fromEntries(names.map((name, at) => [name, decodeURIComponent(found[at + 1] ?? "")]));
  const query: Record<string, string | string[]> = {};
  for (const [name, value] of request.query ?? []) {
    const before = query[name];
    query[name] = known.lists.has(name) || before !== undefined ? [before ?? [], value].flat() : value;
  }
  const form =
    request.form &&
    Object.fromEntries(
      Object.entries<any>(whole(request.form)).map(([name, part]) => [
        name,
        typeof part === "string" ? part : new File([part.content], part.name),
      ]),
    );
  const { method, template, isFile } = known;
  const headers = request.headers ?? {};
  return { operation, method, template, isFile, path, query, headers, body: whole(request.body), form };
}

/** Why the client gives no answer; nothing for an answer. */
async function outcome(ask: Ask, request: Asked): Promise<string | undefined> {
  try {
    const { data, error, response } = await ask(request);
    if (!response) {
      return "no answer";
    }
    if (!response.ok) {
      return `HTTP ${response.status}`;
    }
    if (error !== undefined) {
      return "an error with HTTP 200";
    }
    if (typeof data !== "object" || data === null || Array.isArray(data)) {
      return "no object";
    }
    return codeOf(data) && "error_code";
  } catch (error) {
    return (error as Error).name;
  }
}

/** Counts what the client makes of the kit, and writes what it takes for what it is not into the text `told`. */
export async function replay(endpoint: string, kit: string, description: any, ask: Ask, told: string): Promise<object> {
  await fetch(`${endpoint}/_replay`, { method: "DELETE" });
  const known = operations(description);
  const said = new Map<string, string | undefined>();
  for (const operation of readdirSync(join(kit, "exchanges")).sort()) {
    for (const file of readdirSync(join(kit, "exchanges", operation)).sort()) {
      const { request } = JSON.parse(readFileSync(join(kit, "exchanges", operation, file), "utf8"));
      const name = `${operation}/${file.replace(/\.json$/, "")}`;
      const what = known.get(operation);
      const call = what && asked(operation, what, request);
      if (call) {
        call.headers = { ...call.headers, "X-Replay": name };
        said.set(name, await outcome(ask, call));
      }
    }
  }
  const { exchanges }: any = await (await fetch(`${endpoint}/_replay`)).json();
  const given = exchanges.filter((row: any) => row.given > 0 && said.has(row.name));
  const successes = given.filter((row: any) => row.verdict === "success");
  const refused = successes.filter((row: any) => said.get(row.name) !== undefined);
  const taken = given.filter((row: any) => row.verdict !== "success" && said.get(row.name) === undefined);
  const lines = [
    ...refused.map(({ name }: any) => `refused ${name}: ${said.get(name)}\n`),
    ...taken.map(({ name }: any) => `taken for a success: ${name}\n`),
  ];
  writeFileSync(told, lines.join(""));
  console.log(`${given.length} of ${exchanges.length} exchanges asked; refused: ${refused.length}; taken: ${taken.length}`);
  console.log(`named in ${resolve(told)}`);
  return { asked: given.length, successes: successes.length, refused: refused.length, taken: taken.length };
}
