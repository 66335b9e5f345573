// The page at `/` in a real browser, with a program on the SDK at the other end.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
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

const messages = (page) => page.locator("#messages > li.message");
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
  const inside = page.locator("#messages .text, #arrivals").locator("script, img, svg, style, a, h1, b");
  assert.equal(await inside.count(), 0);
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  assert.deepEqual(page.faults, []);
});

test("addresses of the web can be followed, and nothing else", async () => {
  const service = await simulator();
  const page = await open(browser, `${service.address}/#ticket=case-123`);
  await live(page);
  const cases = [
    ["See https://example.com/a?b=c#d.", ["https://example.com/a?b=c#d"]],
    ["(http://one.example/x), HTTP://two.example/y_(z)!", ["http://one.example/x", "HTTP://two.example/y_(z)"]],
    ["看http://example.com/路径。", ["http://example.com/"]],
    ["javascript:alert(1) data:text/html,x file:///etc/passwd ftp://example.com //example.com example.com", []],
    ["http://bank.example@evil.example/ http://user:word@evil.example/", []],
    ["http://b\u0430nk.example/ http://exam\u202eple.com/ http:// https://[", []],
    ["<a href=\"http://example.com/\" onclick=\"alert(1)\">x</a>", ["http://example.com/"]],
  ];
  for (const [content] of cases) await service.control("/reply", { ticket: "case-123", content });
  await messages(page).nth(3 + cases.length).waitFor();
  for (const [index, [content, addresses]] of cases.entries()) {
    const text = messages(page).nth(4 + index).locator(".text");
    assert.equal(await text.textContent(), content);
    const links = await text.locator("a").evaluateAll((all) => all.map((link) => [link.getAttribute("href"), link.textContent, link.rel, link.target, link.onclick]));
    assert.deepEqual(links.map(([href]) => href), addresses, content);
    for (const [href, shown, rel, target, onclick] of links) assert.deepEqual([shown, rel, target, onclick], [href, "noreferrer", "_blank", null]);
    assert.equal(await text.locator(":not(a)").count(), 0);
  }
  assert.deepEqual(page.faults, []);
});

test("days and what is not read yet have their lines, and a text is never as wide as the window", async () => {
  const service = await simulator("--clock", "2026-11-21T08:00:00Z");
  await service.control("/reply", { ticket: "case-123", content: "W".repeat(400) });
  await service.control("/advance", { millis: 86_400_000 });
  await service.control("/reply", { ticket: "case-123", content: "the next day" });
  const page = await open(browser, `${service.address}/#ticket=case-123`, { viewport: { width: 2200, height: 900 } });
  await live(page);
  await messages(page).nth(5).waitFor();
  const lines = await page.locator("#messages > li").evaluateAll((all) => all.map((line) => (line.matches(".message") ? "message" : line.textContent)));
  // Of case-123 one message was unread; two more came.
  assert.deepEqual(lines, ["Saturday, November 21", "message", "message", "message", "Not read by the customer yet", "message", "message", "Today", "message"]);
  const widths = await messages(page).evaluateAll((all) => all.map((message) => message.offsetWidth));
  assert.ok(Math.max(...widths) <= 544, `${widths}`);

  const read = await fetch(`${service.address}/v2/servicerequest/cases/case-123/instant-messages/unread`, { method: "POST", headers: { "x-auth-token": "TOKENEXAMPLE", "content-type": "application/json" }, body: "{}" });
  assert.equal(read.status, 200);
  await page.locator(".unread-mark").waitFor({ state: "detached" });
  assert.deepEqual(page.faults, []);
});

test("files go with an answer once, and can be fetched", async () => {
  const service = await simulator();
  const page = await open(browser, `${service.address}/#ticket=case-123`);
  await live(page);
  await messages(page).nth(3).waitFor();
  const file = (name, text) => ({ name, mimeType: "text/html", buffer: Buffer.from(text) });
  await page.locator("#files").setInputFiles([file("日志 1.html", "<script>alert(1)</script>"), file("wrong.txt", "x")]);
  await page.locator("#files").setInputFiles([file("two.txt", "second")]);
  await page.getByRole("button", { name: "Take wrong.txt off" }).click();
  assert.equal(await page.evaluate(() => document.activeElement.id), "attach");

  // They stay with their ticket until they are sent.
  await page.evaluate(() => { location.hash = "ticket=TT202611210003"; });
  await page.getByRole("heading", { name: "数据库连接失败" }).waitFor();
  assert.equal(await page.locator("#chosen > li").count(), 0);
  await page.goBack();
  await page.locator("#chosen > li").nth(1).waitFor();

  await page.locator("#text").fill("With two files.");
  // Pressed twice, sent once.
  await page.locator("#answer").evaluate((form) => { form.requestSubmit(); form.requestSubmit(); });
  const answer = messages(page).filter({ hasText: "With two files." });
  await answer.waitFor();
  await until("they are off the draft", async () => (await page.locator("#chosen > li").count()) === 0);
  const { arrivals } = await service.control("/ledger?ticket=case-123");
  assert.deepEqual(arrivals.slice(4).map((arrival) => [arrival.text, arrival.file_names]), [["With two files.", ["日志 1.html", "two.txt"]]]);

  const began = page.waitForEvent("download");
  await answer.getByRole("link", { name: "Attachment 日志 1.html" }).click();
  const download = await began;
  assert.equal(download.suggestedFilename(), "日志 1.html");
  assert.equal(await readFile(await download.path(), "utf8"), "<script>alert(1)</script>");
  assert.deepEqual(page.faults, []);
});

test("files of a draft go with its answer after a fresh start, too", async () => {
  const service = await simulator();
  const page = await open(browser, `${service.address}/#ticket=case-123`);
  await live(page);
  await messages(page).nth(3).waitFor();
  await page.locator("#files").setInputFiles([{ name: "mine.txt", mimeType: "text/plain", buffer: Buffer.from("mine") }]);
  await page.locator("#text").fill("With a file.");
  // The file is kept, and the answer does not get through.
  await page.route("**/_sim/reply", (route) => route.abort(), { times: 1 });
  await page.locator("#answer").evaluate((form) => form.requestSubmit());
  await until("it failed", async () => (await page.locator("#answer-problem").textContent()) !== "");

  await service.control("/reply", { ticket: "case-123", content: "of the run before" });
  const before = messages(page).filter({ hasText: "of the run before" });
  await before.waitFor();
  await service.control("/reset", {});
  await before.waitFor({ state: "detached" });
  // It may have the id that the other one had.
  await fetch(`${service.address}/_sim/file?name=another.txt`, { method: "POST", body: "another" });
  await page.locator("#answer").evaluate((form) => form.requestSubmit());
  await messages(page).filter({ hasText: "With a file." }).waitFor();
  const { arrivals } = await service.control("/ledger?ticket=case-123");
  assert.deepEqual(arrivals.slice(4).map((arrival) => arrival.file_names), [["mine.txt"]]);
  assert.deepEqual(page.faults, []);
});

test("a ticket is opened as the customer, and it is in view", async () => {
  const service = await simulator();
  const page = await open(browser, service.address);
  await live(page);
  const before = await page.locator("#ticket-list > li").count();
  await page.getByText("New ticket").click();
  await page.getByLabel("What the customer demo writes").fill("The door is stuck. <b>门卡住了</b>");
  await page.locator("#ticket-form").evaluate((form) => { form.requestSubmit(); form.requestSubmit(); });
  await page.getByRole("heading", { name: "The door is stuck. <b>门卡住了</b>" }).waitFor();
  await messages(page).filter({ hasText: "The door is stuck." }).waitFor();
  await page.locator("#ticket-facts").getByText("of demo").waitFor();
  assert.equal(await page.locator("#ticket-list > li").count(), before + 1);
  assert.equal(await page.locator("#opening").getAttribute("open"), null);
  assert.equal(await page.locator("#ticket-text").inputValue(), "");

  // What is refused is told, and the text is not lost.
  const rules = await service.control("/rules");
  await service.control("/rules", { ...rules, quota: 0 }, "PUT");
  await page.getByText("New ticket").click();
  await page.getByLabel("What the customer demo writes").fill("Another one");
  await page.getByRole("button", { name: "Open the ticket" }).click();
  await page.locator("#ticket-problem").getByText("QuotaUsedUp").waitFor();
  assert.equal(await page.locator("#ticket-text").inputValue(), "Another one");
  assert.deepEqual(page.faults.filter((fault) => !fault.includes("400")), []);
});

test("every fault can be ordered and taken back", async () => {
  const service = await simulator();
  const page = await open(browser, service.address);
  await live(page);
  const openFaults = page.locator("#fault-list");
  await openFaults.getByText("No fault is open").waitFor();
  const kinds = await page.getByRole("combobox", { name: "Fault", exact: true }).locator("option").evaluateAll((all) => all.map((option) => [option.value, option.textContent]));
  assert.equal(kinds.length, 14);
  await page.getByLabel("How often").selectOption({ label: "until taken back" });
  for (const [kind, name] of kinds) {
    await page.getByRole("combobox", { name: "Fault", exact: true }).selectOption(kind);
    await page.getByRole("button", { name: "Add", exact: true }).click();
    const line = page.locator(`#open-${kind}`);
    await line.getByText("every call, until taken back").waitFor();
    const { faults } = await service.control("/fault");
    assert.deepEqual(faults.map((rule) => rule.fault.kind), [kind]);
    assert.equal(faults[0].count, 4294967295);
    await line.getByRole("button", { name: `Take back ${name}` }).click();
    await line.waitFor({ state: "detached" });
    assert.deepEqual((await service.control("/fault")).faults, []);
    // The button is gone; the focus is not lost with it.
    assert.equal(await page.evaluate(() => document.activeElement.id), "fault");
  }
  assert.equal(await page.locator("#fault-problem").textContent(), "");

  // Everything that a rule has can be said, and it is on top of the panel.
  await page.getByRole("combobox", { name: "Fault", exact: true }).selectOption("cut");
  await page.getByLabel("Bytes kept").fill("7");
  await page.getByLabel("chunked").check();
  await page.getByRole("combobox", { name: "Calls", exact: true }).selectOption("listMessages");
  await page.getByLabel("How often").selectOption({ label: "three times" });
  await page.getByText("More", { exact: true }).click();
  await page.getByLabel("Calls spared first").fill("2");
  await page.getByLabel("The service acts first").check();
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.locator("#open-cut").getByText("listMessages, 3 left, after acting, spares 2").waitFor();
  const { faults } = await service.control("/fault");
  assert.deepEqual(faults, [{ operation: "listMessages", fault: { kind: "cut", keep: 7, chunked: true }, after_commit: true, skip: 2, count: 3 }]);
  await page.locator("#faults-open").getByText("1", { exact: true }).waitFor();
  const tops = await page.evaluate(() => ["fault-list", "fault-form"].map((id) => document.getElementById(id).getBoundingClientRect().top));
  assert.ok(tops[0] < tops[1]);
  await page.locator("#open-cut button").click();
  await openFaults.getByText("No fault is open").waitFor();

  // A setting that cannot be is refused with a reason.
  await page.getByRole("combobox", { name: "Fault", exact: true }).selectOption("delay");
  await page.getByLabel("Milliseconds").fill("");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.locator("#fault-problem:not(:empty)").waitFor();
  assert.deepEqual((await service.control("/fault")).faults, []);
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
  // The rule is used up, so it is no longer open.
  await page.locator("#open-close").waitFor({ state: "detached" });

  await page.getByRole("tab", { name: "Journal" }).click();
  const submit = page.locator("#entries > li").filter({ hasText: "createMessages" });
  await submit.getByText("no answer").waitFor();
  await submit.locator(".badge", { hasText: "Close" }).waitFor();
  await page.getByLabel("Without reads").check();
  await until("reads are left out", async () => (await page.locator("#entries > li").count()) === 1);
  assert.deepEqual(page.faults, []);
});

test("the journal has a line for each request, and one for reads that come again and again", async () => {
  const service = await simulator();
  const page = await open(browser, service.address);
  await live(page);
  const call = (path, body) => fetch(`${service.address}/v2/servicerequest/cases/case-123${path}`, { method: body ? "POST" : "GET", headers: { "x-auth-token": "TOKENEXAMPLE", "content-type": "application/json" }, body });
  const poll = async () => {
    await call("/status");
    await call("/messages");
  };
  for (let turn = 0; turn < 4; turn += 1) await poll();
  await call("/message", JSON.stringify({ message: { content: "x" } }));
  for (let turn = 0; turn < 2; turn += 1) await poll();
  await service.control("/fault", { operation: "showCaseStatus", fault: { kind: "status", status: 503 } });
  await poll();
  await page.getByRole("tab", { name: "Journal" }).click();
  const entries = page.locator("#entries > li");
  const told = () => entries.evaluateAll((all) => all.map((line) => [line.className, ...[".what", ".times"].map((part) => line.querySelector(part)?.textContent)]));
  const expected = [
    ["", "GET listMessages", undefined],
    ["failed", "GET showCaseStatus", undefined],
    ["", "GET listMessages", "× 2"],
    ["", "GET showCaseStatus", "× 2"],
    ["write", "POST createMessages", undefined],
    ["", "GET listMessages", "× 4"],
    ["", "GET showCaseStatus", "× 4"],
  ];
  await until("all are there", async () => JSON.stringify(await told()) === JSON.stringify(expected));
  const lines = await entries.locator("summary").evaluateAll((all) => all.map((line) => ({ badges: line.querySelectorAll(".badge").length, height: Math.round(line.getBoundingClientRect().height) })));
  const [height, ...others] = new Set(lines.filter(({ badges }) => badges === 1).map((line) => line.height));
  assert.deepEqual(others, [], `a line each: ${JSON.stringify(lines)}`);
  // Badges that do not fit beside what was asked for stand below it.
  assert.ok(lines.every((line) => line.height <= 2 * height), `never more than two: ${JSON.stringify(lines)}`);
  const weight = (at) => entries.nth(at).locator(".what").evaluate((what) => Number(getComputedStyle(what).fontWeight));
  assert.ok((await weight(4)) > (await weight(0)), "a write stands out");

  // A line that was opened stays open while it grows, and has the requests one by one.
  await entries.first().locator("summary").focus();
  await page.keyboard.press("Enter");
  await call("/messages");
  await entries.first().getByText("× 2").waitFor();
  assert.equal(await entries.first().locator("details").getAttribute("open"), "");
  assert.equal(await entries.first().locator("details li").count(), 2);
  await entries.first().getByText("/v2/servicerequest/cases/case-123/messages").first().waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "SUMMARY");
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

  for (let press = 0; (await focused()) !== "text" && press < 12; press += 1) await page.keyboard.press("Tab");
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
  await page.locator("#fault").focus();
  await page.keyboard.type("Hang");
  for (let press = 0; (await focused()) !== "Add" && press < 10; press += 1) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.locator("#open-hang").getByText("every call, 1 left").waitFor();
  await page.locator("#open-hang button").focus();
  await page.keyboard.press("Enter");
  await page.locator("#open-hang").waitFor({ state: "detached" });

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

test("in a low window a long conversation scrolls by itself", async () => {
  const service = await simulator();
  for (const [width, height] of [[1280, 480], [800, 480], [360, 480]]) {
    const page = await open(browser, `${service.address}/#ticket=TT202611210011`, { viewport: { width, height } });
    await live(page);
    await messages(page).nth(20).waitFor();
    const [inside, outside] = await page.locator("#log").evaluate((log) => [log.scrollHeight, log.clientHeight]);
    assert.ok(outside < height && inside > outside, `${width}: ${inside} in ${outside}`);
    assert.deepEqual(page.faults, []);
    await page.context().close();
  }
});

test("status, clock, tokens, engineers and a fresh start", async () => {
  const service = await simulator("--clock", "2026-11-21T08:00:00Z");
  const page = await open(browser, `${service.address}/#ticket=case-123`);
  await live(page);
  await page.locator("#status").selectOption("to_confirm");
  await page.locator("#status-form button").click();
  await page.locator("#ticket-list li").filter({ hasText: "case-123 · awaiting confirmation" }).waitFor();

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
  await page.getByRole("button", { name: "添加", exact: true }).waitFor();
  await page.locator("#fault > option").filter({ hasText: "延迟" }).waitFor({ state: "attached" });
  await page.getByRole("button", { name: "English" }).click();
  await page.getByRole("heading", { name: "Service Tickets simulator" }).waitFor();
  await page.getByRole("button", { name: "Add", exact: true }).waitFor();
  await page.locator("#fault > option").filter({ hasText: "Delay" }).waitFor({ state: "attached" });
  await page.reload();
  await page.getByRole("heading", { name: "Service Tickets simulator" }).waitFor();
  assert.deepEqual(page.faults, []);
});

test("a narrow window shows one part at a time, with a way back", async () => {
  const service = await simulator();
  const page = await open(browser, service.address, { viewport: { width: 360, height: 740 } });
  await live(page);
  const parts = ["tickets", "conversation", "tools"];
  const visible = async () => {
    const shown = await Promise.all(parts.map((part) => page.locator(`#${part}`).isVisible()));
    return parts.filter((_, index) => shown[index]).join();
  };
  const focused = () => page.evaluate(() => document.activeElement.id);
  assert.equal(await visible(), "tickets");
  await page.locator("#ticket-list button").filter({ hasText: "case-123" }).click();
  await page.locator("#conversation").waitFor();
  assert.deepEqual([await visible(), await focused()], ["conversation", "conversation"]);
  await messages(page).nth(3).waitFor();
  // At the newest message, and the box for the answer is there without scrolling.
  await until("the newest message is in view", () => page.locator("#log").evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight < 2));
  assert.ok((await page.locator("#send").boundingBox()).y < 740);
  await page.locator("#text").fill("half");

  await page.locator("#conversation").getByRole("button", { name: "Behind the scenes" }).click();
  await page.locator("#tools").waitFor();
  assert.deepEqual([await visible(), await focused()], ["tools", "tools"]);
  await page.locator("#tools-back").click();
  await page.locator("#conversation").waitFor();
  assert.equal(await page.locator("#text").inputValue(), "half");
  await page.locator("#back").click();
  await page.locator("#tickets").waitFor();
  assert.deepEqual([await visible(), await focused()], ["tickets", "tickets"]);
  // The browser's own way back is the same one.
  await page.goBack();
  await page.locator("#conversation").waitFor();
  assert.equal(await visible(), "conversation");

  // From the beginning of the page, too.
  await page.locator("#back").click();
  await page.locator("#tickets").waitFor();
  await page.locator("#skip").focus();
  await page.keyboard.press("Enter");
  await page.locator("#conversation").waitFor();
  assert.deepEqual([await visible(), await focused()], ["conversation", "conversation"]);
  // In a wide one everything is there at once.
  await page.setViewportSize({ width: 1280, height: 800 });
  assert.equal(await visible(), parts.join());
  assert.equal(await page.locator("#back").isVisible(), false);
  assert.deepEqual(page.faults, []);
});

const sights = [
  { name: "wide", viewport: { width: 1280, height: 800 } },
  { name: "wide-dark-chinese", viewport: { width: 1280, height: 800 }, colorScheme: "dark", locale: "zh-CN" },
  { name: "middle", viewport: { width: 1000, height: 760 } },
  { name: "upright", viewport: { width: 760, height: 1100 } },
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
    // A line of the journal with all of its badges.
    await fetch(`${service.address}/v2/servicerequest/cases/TT202611210003/message`, { method: "POST", headers: { "x-auth-token": "TOKENEXAMPLE", "content-type": "application/json" }, body: JSON.stringify({ type: 0, message: { content: "x" } }) });
    await messages(page).nth(6).waitFor();
    await page.addScriptTag({ path: accessibility });
    const judge = async (what) => {
      const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.equal(content, window, `${what}: nothing sticks out to the side`);
      const { violations } = await page.evaluate(() => window.axe.run());
      const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
      assert.deepEqual(told, [], what);
      await page.screenshot({ path: `${pictures}/${name}-${what}.png`, fullPage: true });
    };
    if (settings.viewport.width < 736) {
      await judge("conversation");
      await page.locator("#back").click();
      await page.locator("#opening > summary").click();
      await judge("tickets");
      await page.locator("#tickets [data-go=tools]").click();
      await page.locator("#tools").waitFor();
    }
    for (const tab of ["faults", "ledger", "journal", "clock"]) {
      await page.locator(`#tab-${tab}`).click();
      await page.locator(`#${tab}`).waitFor();
      if (tab === "journal") {
        await page.locator("#entries .what").first().waitFor();
        const widths = await page.locator("#entries .what").evaluateAll((all) => all.map((what) => what.clientWidth));
        assert.ok(Math.min(...widths) >= 120, `what was asked for can be read: ${widths}`);
      }
      await judge(tab);
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
