// What goes wrong on the way: batches that are missing, cut or false, and a worker that dies.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { DEMO, browser, open, ready, records, serve, tiles, widgetTable } from "./harness.mjs";

let chrome;
before(async () => { chrome = await browser(); });
after(async () => { await chrome?.close(); });

test("A5 a missing, a cut and a falsified batch are named; the rest is right", async () => {
  const data = mkdtempSync(join(tmpdir(), "toolscope-broken-"));
  cpSync(DEMO, data, { recursive: true });
  const manifest = JSON.parse(readFileSync(join(data, "manifest.json"), "utf8"));
  const raw = manifest.batches.filter((batch) => batch.kind === "raw").sort((a, b) => b.max_time.localeCompare(a.max_time));
  const [missing, cut, falsified] = raw;
  for (const batch of [missing, cut, falsified]) rmSync(join(data, `${batch.url}.br`), { force: true });
  rmSync(join(data, missing.url));
  truncateSync(join(data, cut.url), Math.floor(cut.bytes / 2));
  const bytes = readFileSync(join(data, falsified.url));
  bytes[bytes.length >> 1] ^= 0xff;
  writeFileSync(join(data, falsified.url), bytes);
  const server = await serve(data);
  const context = await chrome.newContext({ viewport: { width: 1440, height: 1000 }, timezoneId: "UTC" });
  const page = await context.newPage();
  await page.goto(`${server.url}/executive?range=90d&compare=none`);
  await ready(page, 60_000);
  const shown = await tiles(page);
  assert.ok(shown.executions > 0);
  await page.goto(`${server.url}/data?range=90d&compare=none`);
  for (const [batch, sentence] of [[missing, /404|not on the server/i], [cut, /cut|bytes/i], [falsified, /checksum/i]]) {
    const row = page.locator(`[data-source="${batch.url}"][data-source-state="failed"]`);
    await row.waitFor({ timeout: 60_000 });
    assert.match(await row.innerText(), sentence);
  }
  await context.close();
  await server.stop();
});

test("A6 a worker that dies is replaced within 3 s and the same numbers come back", async () => {
  const server = await serve();
  const context = await chrome.newContext({ viewport: { width: 1440, height: 1000 }, timezoneId: "UTC" });
  const page = await open(context, `${server.url}/executive?range=7d`);
  const before = await tiles(page);
  assert.ok(page.workers().length >= 1);
  await page.workers()[0].evaluate(() => self.close());
  const killed = Date.now();
  await page.waitForEvent("worker", { timeout: 4_000 });
  assert.ok(Date.now() - killed < 3_500, "a new worker was there in time");
  await ready(page);
  await page.goto(`${server.url}/executive?range=24h`);
  await page.goBack();
  await ready(page);
  assert.deepEqual(await tiles(page), before);
  await context.close();
  await server.stop();
});

test("D1 only the batches a question needs are fetched", async () => {
  const server = await serve();
  const context = await chrome.newContext({ timezoneId: "UTC" });
  const page = await context.newPage();
  const fetched = new Set();
  page.on("request", (request) => request.url().includes("/data/") && fetched.add(new URL(request.url()).pathname));
  const manifest = JSON.parse(readFileSync(join(DEMO, "manifest.json"), "utf8"));
  await page.goto(`${server.url}/data?range=24h&compare=none`);
  await page.waitForFunction(() => document.documentElement.dataset.state === "ready");
  assert.ok(fetched.size < manifest.batches.length / 2, `${fetched.size} of ${manifest.batches.length} fetched`);
  await context.close();
  await server.stop();
});

test("Q1 a question about thousands of years opens at once and draws no row a day", async (t) => {
  const server = await serve();
  t.after(() => server.stop());
  const context = await chrome.newContext({ viewport: { width: 1440, height: 1000 }, timezoneId: "UTC" });
  const page = await open(context, `${server.url}/executive?range=all&compare=none`);
  const all = (await tiles(page)).executions;
  const started = Date.now();
  await page.goto(`${server.url}/executive?range=0001-01-01T00:00..9999-12-31T00:00&compare=none`);
  await ready(page, 60_000);
  assert.ok(Date.now() - started < 20_000);
  assert.equal((await tiles(page)).executions, all);
  // The page builds the rows on the screen; the file has all of them.
  const built = await widgetTable(page, "daily-executions");
  const card = page.locator('[data-widget="daily-executions"]');
  const count = Number(await card.locator("table").getAttribute("aria-rowcount")) - 1;
  assert.ok(built.length > 1 && built.length <= count && count <= 800, `${count} rows`);
  await card.locator('[data-action="export"]').click();
  const [file] = await Promise.all([page.waitForEvent("download"), page.locator('[data-export="json"]').click()]);
  const rows = records(JSON.parse(readFileSync(await file.path())).tables[0]);
  assert.equal(rows.length, count);
  assert.equal(rows.reduce((sum, row) => sum + row.executions, 0), all);
  assert.ok(built.every((row, at) => row.executions === rows[at].executions));
  assert.deepEqual(page.errors, []);
  await context.close();
});

test("A6 a page that was hidden for a while keeps its workers when somebody comes back", async () => {
  const server = await serve();
  const context = await chrome.newContext({ timezoneId: "UTC" });
  const page = await open(context, `${server.url}/data`);
  // What a tab in the background says of itself.
  await page.evaluate(() => Object.defineProperty(document, "hidden", { configurable: true, get: () => true }));
  await page.waitForTimeout(4_000);
  await page.evaluate(() => delete document.hidden);
  await page.waitForTimeout(2_500);
  assert.match(await page.locator("main").innerText(), /All answering/);
  assert.deepEqual(page.errors, []);
  await context.close();
  await server.stop();
});
