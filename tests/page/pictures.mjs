// Makes the pictures of the page that the documents show. The same simulator each time: seed, clock and words are fixed.

import { browse, open, pictures, Simulator } from "./session.mjs";

const service = await Simulator.forPage("--clock", "2026-11-21T08:00:00Z");
const browser = await browse();

async function customer(ticket, content) {
  const answer = await fetch(`${service.address}/v2/servicerequest/cases/${ticket}/message`, {
    method: "POST",
    headers: { "x-auth-token": "TOKENEXAMPLE", "content-type": "application/json" },
    body: JSON.stringify({ type: 0, message: { content } }),
  }).catch(() => null);
  await service.control("/advance", { millis: 41_000 });
  return answer;
}

async function engineer(ticket, content) {
  await service.control("/reply", { ticket, content });
  await service.control("/advance", { millis: 73_000 });
}

await customer("case-123", "Yes, please delete them. Keep the one of 30 October, it is our last good backup.");
await engineer("case-123", "Done: 214 GB are free again. The snapshot of 30 October is kept.");
await service.control("/fault", { operation: "createMessages", fault: { kind: "close" }, after_commit: true });
await customer("case-123", "Writes work again, thank you!");
await service.control("/fault", { operation: "listNewInstantMessages", fault: { kind: "delay", millis: 3000 }, count: 3 });
await engineer("TT202611210003", "连接池上限已调到 200，请再观察一下。");
await customer("TT202611210003", "好的，目前正常，谢谢！");

async function picture(name, path, settings, prepare) {
  const page = await open(browser, `${service.address}${path}`, settings);
  await prepare(page);
  await page.screenshot({ path: `${pictures}/${name}.png` });
  if (page.faults.length) throw new Error(page.faults.join("; "));
  await page.context().close();
}

const TICKET = "/#ticket=case-123";

await picture("page", TICKET, { viewport: { width: 1240, height: 760 } }, async (page) => {
  await page.locator("#messages > li.message").nth(6).waitFor();
  await page.getByRole("tab", { name: "Journal" }).click();
  await page.locator("#entries > li").nth(2).waitFor();
});

await picture("page-narrow", "/#ticket=TT202611210003", { viewport: { width: 360, height: 860 }, colorScheme: "dark", locale: "zh-CN" }, async (page) => {
  await page.locator("#messages > li.message").nth(5).waitFor();
});

await picture("reference", "/docs", { viewport: { width: 1240, height: 760 } }, async (page) => {
  await page.locator("[data-section-id]").nth(8).waitFor();
});

await browser.close();
await service.stop();
