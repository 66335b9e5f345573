// What a test plays with: simulators, a program on the SDK, and a browser. `cargo xtask page-tests` says where they are.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";

function given(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; run this through \`cargo xtask page-tests\``);
  return value;
}

const tools = createRequire(join(given("PAGE_TOOLS"), "package.json"));
export const { chromium } = tools("playwright-core");
export const accessibility = tools.resolve("axe-core/axe.min.js");
export const pictures = given("PAGE_PICTURES");

/** Longest time anything may take. Nothing waits for it to pass. */
export const PATIENCE = 30_000;

/** A program of ours that speaks line by line. */
class Program {
  lines = [];

  constructor(path, args, env = {}) {
    this.process = spawn(path, args, { env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "inherit"] });
    this.said = createInterface({ input: this.process.stdout });
    this.said.on("line", (line) => this.lines.push(line));
    this.ended = once(this.process, "exit");
  }

  /** Waits until it has said a line that fits. */
  async says(fits) {
    const deadline = AbortSignal.timeout(PATIENCE);
    for (;;) {
      const found = this.lines.find(fits);
      if (found !== undefined) return found;
      const ended = this.ended.then(() => Promise.reject(new Error(`it ended after: ${this.lines.join(" | ")}`)));
      const late = () => new Error(`it does not say that; it said: ${this.lines.join(" | ")}`);
      await Promise.race([once(this.said, "line", { signal: deadline }), ended]).catch((error) => {
        throw error.name === "AbortError" ? late() : error;
      });
    }
  }

  type(line) {
    this.process.stdin.write(`${line}\n`);
  }

  async stop() {
    this.process.kill("SIGTERM");
    await this.ended;
  }
}

/** A running simulator. */
export class Simulator extends Program {
  static async start(...args) {
    const where = args.includes("--listen") ? [] : ["--listen", "127.0.0.1:0"];
    const simulator = new Simulator(given("PAGE_SIMULATOR"), [...where, "--no-log", "--seed", "7", ...args]);
    const line = await simulator.says((said) => said.startsWith("listening on "));
    simulator.address = line.slice("listening on ".length);
    return simulator;
  }

  /** One for the page: the engineers wait for whoever plays them. */
  static forPage(...args) {
    return Simulator.start("--control", "--engineers", "manual", ...args);
  }

  async control(path, body, method = "POST") {
    const request = body === undefined ? {} : { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    const answer = await fetch(`${this.address}/_sim${path}`, request);
    if (!answer.ok) throw new Error(`/_sim${path}: HTTP ${answer.status}`);
    return answer.json();
  }

  /** Texts that reached a ticket, newest last. */
  async arrived(ticket) {
    const { arrivals } = await this.control(`/ledger?ticket=${ticket}`);
    return arrivals.map((arrival) => arrival.text);
  }

  /** A program on the SDK that submits what is typed and follows the ticket. */
  async talk(ticket) {
    const env = { HWC_TICKETS_ENDPOINT: this.address, HWC_TICKETS_TOKEN: "TOKENEXAMPLE" };
    const program = new Program(given("PAGE_TALK"), [ticket], env);
    await program.says((line) => line.startsWith("talking in"));
    return program;
  }
}

/** A browser without a network of its own. */
export function browse() {
  return chromium.launch({
    executablePath: given("PAGE_CHROMIUM"),
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

/** Opens a page, and notes everything that must not happen on it. */
export async function open(browser, address, settings = {}) {
  const context = await browser.newContext({ locale: "en-US", timezoneId: "UTC", viewport: { width: 1280, height: 800 }, ...settings });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  page.faults = [];
  page.on("pageerror", (error) => page.faults.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    page.faults.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("console", (message) => {
    // A broken policy is told here. A lost connection is, too, and some tests break it.
    if (message.type() === "error" && !message.text().includes("net::ERR_")) page.faults.push(message.text());
  });
  page.on("request", (request) => {
    const own = request.url().startsWith(`${new URL(address).origin}/`) || request.url().startsWith("data:");
    if (!own) page.faults.push(`asks for ${request.url()}`);
  });
  await page.goto(address);
  return page;
}

/** Waits until something holds. */
export async function until(what, holds) {
  const end = Date.now() + PATIENCE;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`it never comes to this: ${what}`);
    await wait(20);
  }
}
