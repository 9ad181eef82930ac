// Asking: the bar, the URL, undo, back, filters by click, with mouse and keyboard.
import assert from "node:assert/strict";
import { after, before, beforeEach, afterEach, test } from "node:test";
import { browser, open, ready, serve, tiles, widgetTable } from "./harness.mjs";

let server, chrome, context, page;
before(async () => {
  server = await serve();
  chrome = await browser();
});
after(async () => {
  await chrome?.close();
  await server?.stop();
});
beforeEach(async () => {
  context = await chrome.newContext({ viewport: { width: 1440, height: 1000 }, timezoneId: "Europe/Berlin", locale: "en-GB" });
  page = await open(context, `${server.url}/executive`);
});
afterEach(async () => {
  assert.deepEqual(page.errors, []);
  await context.close();
});

const executions = async () => (await tiles(page)).executions;

test("Q1 presets stand in the agreed order and a click changes range and URL", async () => {
  const before = await executions();
  await page.locator('[data-action="range"]').click();
  const names = await page.locator('[data-range-preset]').allInnerTexts();
  assert.deepEqual(names.map((name) => name.trim()).slice(0, 5), ["Last 24 Hours", "Last 7 Days", "Last 30 Days", "Last 90 Days", "All Time"]);
  await page.locator('[data-range-preset="7d"]').click();
  await page.waitForURL(/range=7d/);
  await ready(page);
  assert.ok((await executions()) < before);
});

test("Q1 a typed range is understood, and a wrong one says what to type", async () => {
  await page.locator('[data-action="range"]').click();
  const typed = page.locator('input[data-range-typed]');
  await typed.fill("not a range");
  await page.locator("[data-range-error]").waitFor();
  await typed.fill("yesterday");
  await typed.press("Enter");
  await page.waitForURL(/range=yesterday/);
  await ready(page);
});

test("Q4 Q6 a row filters the others, undo takes it back, redo brings it again, reload keeps it", async () => {
  const all = await executions();
  const rows = await widgetTable(page, "top-tools");
  await page.locator('[data-widget="top-tools"] tbody tr').first().locator("[data-filter]").first().click();
  await page.waitForURL(/tool/);
  await ready(page);
  const one = await executions();
  assert.equal(one, rows[0].executions, "the tile counts that tool alone");
  const after = await widgetTable(page, "top-tools");
  assert.equal(after.length, rows.length, "the widget that was clicked does not filter itself");
  assert.ok(await page.locator("[data-chip]").count(), "a chip shows the filter");
  await page.keyboard.press("Control+z");
  await page.waitForFunction(() => !location.search.includes("tool"));
  await ready(page);
  assert.equal(await executions(), all);
  await page.keyboard.press("Control+Shift+z");
  await page.waitForURL(/tool/);
  await ready(page);
  await page.reload();
  await ready(page);
  assert.equal(await executions(), one);
});

test("Q3 values carry counts under the other filters, and typing narrows them", async () => {
  await page.locator('[data-action="add-filter"]').click();
  await page.locator('[data-filter-dimension="workspace"]').click();
  const options = page.locator('[role="option"]');
  await options.first().waitFor();
  const many = await options.count();
  const first = await options.first().getAttribute("data-value");
  const count = Number(await options.first().getAttribute("data-count"));
  assert.ok(count > 0);
  await page.keyboard.type(first.slice(0, 6));
  await page.waitForFunction((many) => document.querySelectorAll('[role="option"]').length < many, many);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await page.waitForURL(/workspace=/);
  await ready(page);
  assert.equal(await executions(), count, "the count beside the value is what the filter gives");
});

test("Q6 back returns to the question before, and a link opens the same in a new tab", async () => {
  await page.locator('[data-action="range"]').click();
  await page.locator('[data-range-preset="90d"]').click();
  await page.waitForURL(/range=90d/);
  await ready(page);
  const ninety = await executions();
  const link = page.url();
  const other = await open(context, link);
  assert.equal((await tiles(other)).executions, ninety);
  await page.goBack();
  await page.waitForFunction(() => !location.search.includes("90d"));
  await ready(page);
  assert.notEqual(await executions(), ninety);
});

test("Q6 what a link holds and nobody knows degrades with a notice", async () => {
  page.errors = [];
  await page.goto(`${server.url}/executive?range=sometimes&colour=red`);
  await ready(page);
  assert.match(await page.locator("[data-notice]").first().innerText(), /sometimes|colour/);
  assert.ok((await executions()) > 0);
});

test("Q5 another zone takes effect at once", async () => {
  await page.goto(`${server.url}/executive?range=7d&zone=Asia/Kathmandu`);
  await ready(page);
  const rows = await widgetTable(page, "daily-executions");
  assert.ok(rows.length >= 7 && rows.length <= 9);
});

test("S2 the whole way by keyboard: skip link, range, table, filter", async () => {
  await page.keyboard.press("Tab");
  assert.match(await page.evaluate(() => document.activeElement.textContent), /skip/i);
  await page.locator('[data-action="range"]').focus();
  await page.keyboard.press("Enter");
  await page.locator('[data-range-preset="24h"]').waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await page.evaluate(() => document.activeElement.dataset.action), "range", "focus returns to its button");
  await page.locator('[data-widget="top-workspaces"]').scrollIntoViewIfNeeded();
  await page.locator('[data-widget="top-workspaces"] [data-action="table"]').focus();
  await page.keyboard.press("Enter");
  await page.locator('[data-widget="top-workspaces"] table').waitFor();
});

test("Q2 Q6 without a comparison there is no change to show", async () => {
  await page.goto(`${server.url}/executive?compare=none`);
  await ready(page);
  const rows = await widgetTable(page, "top-tools");
  assert.ok(!("executions_change" in rows[0]));
});
