// The API reference at `/docs`, and the page to try requests, in a real browser.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browse, open, pictures, Simulator } from "./session.mjs";

let browser;
let service;

before(async () => {
  browser = await browse();
  service = await Simulator.start();
});

after(async () => {
  await browser.close();
  await service.stop();
});

/** The names of the operations in the description that the simulator serves. */
async function described(service) {
  const description = await (await fetch(`${service.address}/docs/openapi.json`)).json();
  const operations = Object.values(description.paths).flatMap((path) => Object.values(path));
  return operations.flatMap(({ operationId }) => operationId ?? []);
}

const operation = (page, name) => page.locator(`#operations-${name}`);

// What is not near the place that is read is not rendered yet: each part is gone to by its address, and has its
// first words looked for.
const PARTS = [
  ["#/messages", "Polls several tickets for new messages."],
  ["#/the-service:-error-codes", "OSM.0001"],
  ["#/the-service:-discrepancies", "D-01 The mandatory"],
  ["#/guides:-delivery", "delivery"],
];

test("the reference has operations, error codes, discrepancies and guides, in both languages", async () => {
  for (const [locale, group, colorScheme] of [["en-US", "Guides", "light"], ["zh-CN", "指南", "dark"]]) {
    for (const [at, [part, words]] of PARTS.entries()) {
      const page = await open(browser, `${service.address}/docs${part}`, { locale, colorScheme });
      await page.locator(".menu-content").getByText(group, { exact: true }).first().waitFor();
      await page.locator("[data-section-id]").filter({ hasText: words }).first().waitFor();
      await page.screenshot({ path: `${pictures}/site-${locale}-${at}.png` });
      assert.deepEqual(page.faults, []);
      await page.context().close();
    }
  }
});

test("a Chinese reader has Chinese words around the description, which stays as it is written", async () => {
  const page = await open(browser, `${service.address}/docs`, { locale: "zh-CN" });
  await page.locator(".menu-content").getByText("跟踪", { exact: true }).waitFor();
  await page.getByRole("heading", { name: "消息" }).first().waitFor();
  await page.locator("p").getByRole("link", { name: "error codes", exact: true }).first().waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "zh-CN");
  await page.goto(`${service.address}/docs/try`);
  await page.getByRole("link", { name: "API 参考", exact: true }).waitFor();
  const detail = operation(page, "tickets-showCaseStatus");
  await detail.locator(".opblock-summary-control").click();
  await detail.getByRole("button", { name: "试发" }).click();
  await detail.locator('tr[data-param-name="case_id"] input').fill("case-123");
  await detail.getByRole("button", { name: "执行" }).click();
  await detail.locator(".live-responses-table .response").first().getByText('"status": 1').waitFor();
  await detail.getByRole("button", { name: "取消" }).click();
  await detail.getByRole("button", { name: "试发" }).waitFor();
  assert.deepEqual(page.faults, []);

  // What was chosen on the page of the simulator holds here, too.
  await page.evaluate(() => localStorage.setItem("hwc-tickets-sim.language", "en"));
  await page.reload();
  await page.getByRole("link", { name: "API reference", exact: true }).waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  await page.context().close();
});

test("a guide takes the room that no example needs, and the end of the menu is in view", async () => {
  const page = await open(browser, `${service.address}/docs`, { viewport: { width: 1440, height: 900 } });
  const end = await page.locator(".menu-content").getByText("API docs by").boundingBox();
  assert.ok(end.y + end.height <= 900, `${end.y}`);
  await page.goto(`${service.address}/docs#/guides:-delivery`);
  const guide = page.locator('[data-section-id^="/guides:-delivery"] [data-testid="middle-panel"]').first();
  await guide.waitFor();
  assert.ok((await guide.boundingBox()).width > 800);
  await page.context().close();
});

test("all operations are shown, with the documents' examples, their sources and discrepancies", async () => {
  const page = await open(browser, `${service.address}/docs/try`);
  const names = await described(service);
  await page.locator(".opblock").nth(names.length - 1).waitFor();
  const shown = await page.locator(".opblock").evaluateAll((all) => all.map((one) => one.id.split("-").at(-1)));
  assert.deepEqual(shown.sort(), names.sort());
  const submit = operation(page, "messages-createMessages");
  await submit.locator(".opblock-summary-control").click();
  await submit.getByText("Source: Submitting a Message").waitFor();
  await submit.getByText("The type is neither 0 nor 1.").waitFor();
  const example = submit.locator(".body-param__example, .highlight-code").filter({ hasText: "accessory_ids" }).first();
  await example.waitFor();
  assert.match(await example.textContent(), /"group_id": "123456"/);
  await page.screenshot({ path: `${pictures}/reference.png` });

  const link = submit.getByRole("link", { name: "D-36" }).first();
  assert.equal(await link.getAttribute("href"), "/docs/discrepancies#D-36");
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test("it looks like the page, and warns of a POST that a browser repeats", async () => {
  for (const colorScheme of ["light", "dark"]) {
    const page = await open(browser, `${service.address}/docs/try`, { viewport: { width: 360, height: 740 }, colorScheme });
    await page.locator(".opblock").first().waitFor();
    const warning = page.getByRole("note");
    for (const words of ["a browser may send a POST again by itself", "浏览器可能自动重发 POST"]) {
      assert.equal(await warning.getByText(words).isVisible(), true);
    }
    const look = () => page.evaluate(() => {
      const style = (node) => getComputedStyle(node);
      const texts = [...document.querySelectorAll(".opblock-tag, .opblock-summary-description, .title")];
      return { letters: [...new Set([document.body, ...texts].map((node) => style(node).fontFamily))], back: style(document.body).backgroundColor, text: style(document.querySelector(".opblock-tag") ?? document.body).color };
    });
    const reference = await look();
    // With everything about an operation open, too.
    await operation(page, "messages-createMessages").locator(".opblock-summary-control").click();
    await operation(page, "messages-createMessages").getByText("Source: Submitting a Message").waitFor();
    assert.equal(reference.letters.length, 1, `${reference.letters}`);
    const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.equal(content, window);
    await page.screenshot({ path: `${pictures}/reference-${colorScheme}.png` });
    await page.goto(service.address);
    assert.deepEqual(await look(), reference);
    assert.deepEqual(page.faults, []);
    await page.context().close();
  }
});

test("a request is tried against this simulator with the token filled in", async () => {
  const page = await open(browser, `${service.address}/docs/try`);
  const detail = operation(page, "tickets-showCaseStatus");
  await detail.locator(".opblock-summary-control").click();
  await detail.getByRole("button", { name: "Try it out" }).click();
  await detail.locator('tr[data-param-name="case_id"] input').fill("case-123");
  await detail.getByRole("button", { name: "Execute" }).click();
  const answer = detail.locator(".live-responses-table .response").first();
  await answer.getByText('"status": 1').waitFor();
  assert.equal((await answer.locator(".response-col_status").textContent()).trim(), "200");
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test("error codes and discrepancies can be read and linked to, also in a narrow window", async () => {
  for (const [target, text, name] of [["errors#OSM.01010012", "The type must be 0 or 1.", "errors"], ["discrepancies#D-07", "D-07 The site header", "discrepancies"]]) {
    const page = await open(browser, `${service.address}/docs/${target}`, { viewport: { width: 360, height: 740 }, colorScheme: "dark" });
    await page.locator(":target").waitFor();
    assert.equal(await page.getByText(text).first().isVisible(), true);
    const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.equal(content, window, target);
    await page.screenshot({ path: `${pictures}/${name}-narrow-dark.png` });
    assert.deepEqual(page.faults, []);
    await page.context().close();
  }
});
