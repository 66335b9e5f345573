// The page at `/` in a real browser, with a program on the SDK at the other end.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { accessibility, browse, open, pictures, Simulator, until } from "./session.mjs";

let browser;
const running = [];

before(async () => {
  browser = await browse();
});

after(() => browser.close());

afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  for (const program of running.splice(0)) await program.stop();
});

async function simulator(...args) {
  const started = await Simulator.forPage(...args);
  running.push(started);
  return started;
}

async function talk(service, ticket) {
  const program = await service.talk(ticket);
  running.unshift(program);
  return program;
}

const messages = (page) => page.locator("#messages > li");
const live = (page) => page.locator("#line.live").waitFor();

test("a message sent by the SDK appears without reload, and an answer typed in the page reaches its follower", async () => {
  const service = await simulator();
  const page = await open(browser, `${service.address}/#ticket=case-123`);
  await live(page);
  await page.evaluate(() => { window.notReloaded = true; });
  const program = await talk(service, "case-123");

  program.type("Writes fail again since 10:05.");
  await messages(page).filter({ hasText: "Writes fail again since 10:05." }).waitFor();
  assert.equal(await messages(page).count(), 5);
  assert.match(await messages(page).last().getAttribute("class"), /customer/);

  await page.getByLabel("Answer as the engineer").fill("I am adding space now. 正在扩容。");
  await page.getByRole("button", { name: "Send" }).click();
  await program.says((line) => line.endsWith(": I am adding space now. 正在扩容。"));
  await messages(page).filter({ hasText: "I am adding space now. 正在扩容。" }).waitFor();
  assert.equal(await page.getByLabel("Answer as the engineer").inputValue(), "");

  // The engineer of the script has an answer ready, too.
  const count = await messages(page).count();
  await page.getByRole("button", { name: "Give the planned answer" }).click();
  await messages(page).nth(count).waitFor();
  assert.equal(await page.evaluate(() => window.notReloaded), true);
  assert.deepEqual(page.faults, []);
});

test("foreign HTML and script stay text, wherever they show", async () => {
  const service = await simulator();
  const page = await open(browser, `${service.address}/#ticket=case-123`);
  await live(page);
  const program = await talk(service, "case-123");
  const hostile = [
    "<script>window.hacked = 1; alert(1)</script>",
    "<img src=x onerror=\"window.hacked = 1; alert(2)\">",
    "</p></li><h1>Taken over</h1><style>* { display: none }</style>",
    "\"><svg onload=alert(3)> &lt;b&gt; &amp;",
    "javascript:alert(4) {{constructor.constructor('alert(5)')()}} ${alert(6)}",
    "abc \u202e cba \u2066 <a href=//evil.example>x</a> \u0007",
  ];
  for (const text of hostile) program.type(text);
  await until("all of them arrived", async () => (await service.arrived("case-123")).length === 4 + hostile.length);
  await page.getByRole("tab", { name: "Ledger" }).click();
  await messages(page).nth(3 + hostile.length).waitFor();
  await page.locator("#arrivals > li").nth(3 + hostile.length).waitFor();

  const shown = await messages(page).locator(".text").allTextContents();
  assert.deepEqual(shown.slice(4), hostile);
  const ledger = await page.locator("#arrivals .text").allTextContents();
  assert.deepEqual(ledger.slice(0, hostile.length).reverse(), hostile);
  const inside = page.locator("#messages, #arrivals").locator("script, img, svg, style, a, h1, b");
  assert.equal(await inside.count(), 0);
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  assert.deepEqual(page.faults, []);
});

test("every fault has a switch that injects it and removes it", async () => {
  const service = await simulator();
  const page = await open(browser, service.address);
  await live(page);
  const switches = page.getByRole("switch");
  assert.equal(await switches.count(), 14);
  await page.getByLabel("How often").selectOption({ label: "until switched off" });
  for (const each of await switches.all()) {
    const kind = (await each.getAttribute("id")).replace("fault-", "");
    await each.check();
    await page.locator(`#open-${kind}`).getByText("On: every call").waitFor();
    const { faults } = await service.control("/fault");
    assert.deepEqual(faults.map((rule) => rule.fault.kind), [kind]);
    assert.equal(faults[0].count, 4294967295);
    await each.uncheck();
    await page.locator(`#open-${kind}:empty`).waitFor({ state: "attached" });
    assert.deepEqual((await service.control("/fault")).faults, []);
  }
  assert.equal(await page.locator("#fault-problem").textContent(), "");

  // A setting that cannot be is refused with a reason, and the switch stays off.
  await page.locator("#set-delay-millis").fill("");
  await page.getByRole("switch", { name: "Delay" }).click();
  await page.locator("#fault-problem:not(:empty)").waitFor();
  assert.equal(await page.getByRole("switch", { name: "Delay" }).isChecked(), false);
  assert.deepEqual(page.faults.filter((fault) => !fault.includes("400")), []);
});

test("a lost answer: the message is there, and the SDK is told so without sending it twice", async () => {
  const service = await simulator();
  const page = await open(browser, `${service.address}/#ticket=case-123`);
  await live(page);
  await page.getByRole("button", { name: "Lose the answer to the next submit" }).click();
  await page.locator("#open-close").getByText("createMessages, 1 left, after acting").waitFor();
  const program = await talk(service, "case-123");
  program.type("Did this arrive?");
  await program.says((line) => line === "(confirmed)");
  await messages(page).filter({ hasText: "Did this arrive?" }).waitFor();
  const arrived = await service.arrived("case-123");
  assert.equal(arrived.filter((text) => text === "Did this arrive?").length, 1);
  // The rule is used up, so the switch is off again.
  await until("the switch goes off", async () => !(await page.locator("#fault-close").isChecked()));

  await page.getByRole("tab", { name: "Journal" }).click();
  const submit = page.locator("#entries > li").filter({ hasText: "createMessages" });
  await submit.getByText("no answer").waitFor();
  await submit.locator(".badge", { hasText: "Close" }).waitFor();
  await page.getByLabel("Without reads").check();
  await until("reads are left out", async () => (await page.locator("#entries > li").count()) === 1);
  assert.deepEqual(page.faults, []);
});

test("the keyboard alone is enough", async () => {
  const service = await simulator();
  const page = await open(browser, service.address);
  await live(page);
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.textContent);
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "skip");
  await page.keyboard.press("Enter");
  assert.equal(await focused(), "conversation");

  for (let press = 0; (await focused()) !== "text" && press < 10; press += 1) await page.keyboard.press("Tab");
  assert.equal(await focused(), "text");
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.equal(outline, "solid", "focus shows");
  await page.keyboard.type("By keyboard");
  await page.keyboard.press("Control+Enter");
  await messages(page).filter({ hasText: "By keyboard" }).waitFor();
  assert.equal(await focused(), "text");

  await page.locator("#tab-faults").focus();
  for (const [key, tab] of [["ArrowRight", "ledger"], ["End", "clock"], ["ArrowRight", "faults"], ["ArrowLeft", "clock"], ["Home", "faults"]]) {
    await page.keyboard.press(key);
    assert.equal(await focused(), `tab-${tab}`);
    assert.equal(await page.locator(`#${tab}`).isVisible(), true);
  }
  await page.locator("#fault-hang").focus();
  await page.keyboard.press("Space");
  await page.locator("#open-hang").getByText("On").waitFor();

  // Another ticket, from the list; the list is refreshed and the focus stays.
  const second = page.locator("#ticket-list button").nth(1);
  await second.focus();
  await page.keyboard.press("Enter");
  await page.locator("#ticket-list > li:nth-child(2) > button[aria-current=true]").waitFor();
  assert.equal(await second.evaluate((button) => button === document.activeElement), true);
  assert.deepEqual(page.faults, []);
});

test("a half-written answer stays with its ticket", async () => {
  const service = await simulator();
  const page = await open(browser, `${service.address}/#ticket=case-123`);
  await live(page);
  await messages(page).nth(3).waitFor();
  await page.locator("#text").fill("not finished");
  await page.evaluate(() => { location.hash = "ticket=TT202611210003"; });
  await page.getByRole("heading", { name: "数据库连接失败" }).waitFor();
  assert.equal(await page.locator("#text").inputValue(), "");
  await page.goBack();
  await page.getByRole("heading", { name: "The disk of node 7 is full" }).waitFor();
  assert.equal(await page.locator("#text").inputValue(), "not finished");
});

test("status, clock, tokens, engineers and a fresh start", async () => {
  const service = await simulator("--clock", "2026-11-21T08:00:00Z");
  const page = await open(browser, `${service.address}/#ticket=case-123`);
  await live(page);
  await page.locator("#status").selectOption("to_confirm");
  await page.locator("#status-form button").click();
  await page.locator("#ticket-list li").filter({ hasText: "case-123 · to be confirmed" }).waitFor();

  await page.getByRole("tab", { name: "Simulator" }).click();
  await page.locator("#now").getByText("08:00:00").waitFor();
  await page.getByRole("button", { name: "10 minutes" }).click();
  await page.locator("#now").getByText("08:10:00").waitFor();

  const status = () => fetch(`${service.address}/v2/servicerequest/cases/case-123/status`, { headers: { "x-auth-token": "TOKENEXAMPLE" } });
  assert.equal((await status()).status, 200);
  await page.getByRole("button", { name: "Let all tokens expire" }).click();
  await until("the token is refused", async () => (await status()).status === 401);

  await page.locator("#engineers").selectOption("silent");
  // Whatever happens meanwhile, a choice stays until its button is pressed.
  await service.control("/reply", { ticket: "case-123", content: "meanwhile" });
  await messages(page).filter({ hasText: "meanwhile" }).waitFor();
  assert.equal(await page.locator("#engineers").inputValue(), "silent");
  await page.locator("#engineers-form button").click();
  await until("they are silent", async () => (await service.control("/rules")).engineers.mode === "silent");
  await page.locator("#engineers").selectOption("timed");
  await page.locator("#engineers-form button").click();
  await until("they answer by themselves", async () => (await service.control("/rules")).engineers.mode === "timed");

  await page.locator("#new-seed").fill("42");
  await page.getByRole("button", { name: "Start over" }).click();
  await page.locator("#seed").getByText("42").waitFor();
  assert.equal((await status()).status, 200);
  await page.locator("#ticket-list li").filter({ hasText: "case-123 · in progress" }).waitFor();
  assert.deepEqual(page.faults, []);
});

test("it comes back by itself when the simulator does", async () => {
  const first = await simulator();
  const page = await open(browser, `${first.address}/#ticket=case-123`);
  await live(page);
  await first.control("/reply", { ticket: "case-123", content: "before" });
  await messages(page).filter({ hasText: "before" }).waitFor();
  await first.stop();
  await page.getByRole("status").getByText("Connection lost").waitFor();
  const again = await simulator("--listen", new URL(first.address).host);
  await live(page);
  await again.control("/reply", { ticket: "case-123", content: "after" });
  await messages(page).filter({ hasText: "after" }).waitFor();
  assert.equal(await messages(page).filter({ hasText: "before" }).count(), 0);
});

test("Chinese for who reads Chinese, and a switch that is remembered", async () => {
  const service = await simulator();
  const page = await open(browser, service.address, { locale: "zh-CN" });
  await live(page);
  await page.getByRole("heading", { name: "服务工单模拟器" }).waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "zh-CN");
  await page.getByRole("switch", { name: "延迟" }).waitFor();
  await page.getByRole("button", { name: "English" }).click();
  await page.getByRole("heading", { name: "Service Tickets simulator" }).waitFor();
  await page.getByRole("switch", { name: "Delay" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Service Tickets simulator" }).waitFor();
  assert.deepEqual(page.faults, []);
});

const sights = [
  { name: "wide", viewport: { width: 1280, height: 800 } },
  { name: "wide-dark-chinese", viewport: { width: 1280, height: 800 }, colorScheme: "dark", locale: "zh-CN" },
  { name: "middle", viewport: { width: 820, height: 1100 } },
  { name: "narrow", viewport: { width: 360, height: 740 } },
  { name: "narrow-dark-chinese", viewport: { width: 360, height: 740 }, colorScheme: "dark", locale: "zh-CN" },
];

for (const { name, ...settings } of sights) {
  test(`it fits and can be read: ${name}`, async () => {
    const service = await simulator();
    for (const content of ["W".repeat(300), "一段没有空格的很长的文字，".repeat(20), `http://example.com/${"path/".repeat(60)}`]) {
      await service.control("/reply", { ticket: "TT202611210003", content });
    }
    const fault = { operation: "createMessages", fault: { kind: "status", status: 503 }, count: 2 };
    await service.control("/fault", fault);
    // The checker is put into the page, which its policy forbids to everybody else.
    const page = await open(browser, `${service.address}/#ticket=TT202611210003`, { ...settings, bypassCSP: true });
    await live(page);
    await fetch(`${service.address}/v2/servicerequest/cases/TT202611210003/status`, { headers: { "x-auth-token": "TOKENEXAMPLE" } });
    await messages(page).nth(6).waitFor();
    await page.addScriptTag({ path: accessibility });
    for (const tab of ["faults", "ledger", "journal", "clock"]) {
      await page.locator(`#tab-${tab}`).click();
      await page.locator(`#${tab}`).waitFor();
      if (tab === "journal") await page.locator("#entries .what").first().waitFor();
      const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.equal(content, window, `${tab}: nothing sticks out to the side`);
      const { violations } = await page.evaluate(() => window.axe.run());
      const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
      assert.deepEqual(told, [], tab);
      await page.screenshot({ path: `${pictures}/${name}-${tab}.png`, fullPage: true });
    }
    assert.deepEqual(page.faults, []);
  });
}

test("without control the page says how to get it", async () => {
  const service = await Simulator.start();
  running.push(service);
  const page = await open(browser, service.address, { viewport: { width: 360, height: 740 } });
  await page.getByText("cargo run -p hwc-tickets-sim -- --control").waitFor();
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.equal(content, window);
  await page.screenshot({ path: `${pictures}/closed.png` });
  assert.deepEqual(page.faults, []);
});
