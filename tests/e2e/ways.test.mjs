// Ways to ask: views with names, the command palette, the glossary.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { DEMO, browser, open, query, ready, records, serve, tiles } from "./harness.mjs";

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
  context = await chrome.newContext({ viewport: { width: 1440, height: 1000 }, timezoneId: "UTC", locale: "en-GB" });
  page = await open(context, `${server.url}/executive`);
});
afterEach(async () => {
  assert.deepEqual(page.errors, []);
  await context.close();
});

test("Q7 a view is saved, opened, renamed, opened first and deleted; ready-made ones ask what they say", async () => {
  await page.goto(`${server.url}/users?range=7d`);
  await ready(page);
  const views = page.locator('[data-action="views"]');
  await views.click();
  await page.getByLabel("Name of this view").fill("My people");
  await page.locator('[data-action="save-view"]').click();
  await page.locator('[data-view="My people"]').waitFor();
  await page.locator('[data-view="Monthly review"]').click();
  await page.waitForURL(/\/executive\?range=last/);
  await ready(page);
  const [expected] = records(query(DEMO, "--range", "last month", "--compare", "previous", "--widget", "kpi").tables[0]);
  assert.equal((await tiles(page)).executions, expected.executions);
  await views.click();
  await page.locator('[data-view="My people"]').click();
  await page.waitForURL(/\/users\?range=7d/);
  await ready(page);
  await views.click();
  await page.locator('[data-action="rename-view"]').click();
  await page.getByLabel("New name").fill("Our people");
  await page.getByLabel("New name").press("Enter");
  await page.locator('[data-view="Our people"]').waitFor();
  await page.locator('[data-action="default-view"]').click();
  await page.goto(server.url);
  await page.waitForURL(/\/users\?range=7d/);
  await ready(page);
  await views.click();
  await page.locator('[data-action="delete-view"]').click();
  assert.equal(await page.locator('[data-view="Our people"]').count(), 0);
  await page.goto(server.url);
  await page.waitForURL(/\/executive/);
  await ready(page);
});

test("Q9 the palette leads to a page, a range, a person, by keyboard alone", async () => {
  const field = page.getByRole("combobox", { name: "Search and commands" });
  await page.keyboard.press("Control+k");
  await field.fill("users");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/users/);
  await ready(page);
  await page.keyboard.press("Control+k");
  await field.fill("2026-0");
  await field.fill("last 7");
  await page.keyboard.press("Enter");
  await page.waitForURL(/range=7d/);
  await ready(page);
  const [first] = records(query(DEMO, "--range", "7d", "--widget", "top-users").tables[0]);
  await page.keyboard.press("Control+k");
  await field.fill(first.user);
  await page.getByRole("option", { name: first.user }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/users\/.+range=7d/);
  await ready(page);
  assert.equal(await page.locator("h1").innerText(), first.user);
  await page.keyboard.press("Control+k");
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("dialog.palette[open]").count(), 0);
});

test("S4 the glossary has every metric of the registry and finds what is typed", async () => {
  await page.goto(`${server.url}/glossary`);
  await page.locator(".glossary__row").first().waitFor();
  const all = await page.locator(".glossary__row").count();
  assert.ok(all > 90, `${all} metrics`);
  await page.getByLabel("Search the glossary").fill("stickiness");
  await page.waitForFunction(() => document.querySelectorAll(".glossary__row").length < 5);
  assert.ok(await page.locator("#stickiness").isVisible());
});

test("Q8 two tools are chosen and stand side by side, over time and against the comparison", async () => {
  const answer = query(DEMO, "--range", "30d", "--widget", "top-tools");
  const tools = records(answer.tables[0]).slice(0, 2).map((row) => row.tool);
  await page.goto(`${server.url}/compare?range=30d`);
  await ready(page);
  await page.locator('[data-action="sides"]').click();
  await page.locator('.popover__panel [data-filter-dimension="tool"]').click();
  for (const tool of tools) {
    await page.getByRole("combobox").fill(tool);
    await page.getByRole("option", { name: tool }).first().click();
  }
  await page.keyboard.press("Escape");
  await ready(page);
  for (const id of ["side-by-side", "side-by-side-over-time", "side-by-side-slope"]) await page.locator(`[data-widget="${id}"]`).scrollIntoViewIfNeeded();
  await ready(page);
  const names = await page.locator('[data-widget="side-by-side"] tbody [data-column="tool"]').evaluateAll((cells) => cells.map((cell) => cell.dataset.value));
  assert.deepEqual(names, tools);
  assert.equal(await page.locator('[data-widget="side-by-side-over-time"] .multiple').count(), 2);
  assert.equal(await page.locator('[data-widget="side-by-side-slope"] .slope line').count(), 2);
});

test("S2 S4 an explanation leads to the rows and to the glossary; patterns are drawn when asked for", async () => {
  const card = page.locator('[data-widget="daily-executions"]');
  await card.locator('[data-action="explain"]').click();
  assert.equal(await card.locator(".explain a").first().getAttribute("href"), "/glossary#executions");
  await card.locator('[data-action="rows"]').click();
  await card.locator("table").waitFor();
  await page.goto(`${server.url}/users?range=90d`);
  const lifecycle = page.locator('[data-widget="user-lifecycle"]');
  await lifecycle.scrollIntoViewIfNeeded();
  await ready(page);
  const picture = () => lifecycle.locator("canvas").evaluate((canvas) => canvas.toDataURL());
  const plain = await picture();
  await page.locator('[data-action="theme"]').click();
  await page.locator('[data-action="patterns"]').check();
  await page.waitForFunction(() => !("drawing" in document.documentElement.dataset));
  assert.notEqual(await picture(), plain);
  await page.reload();
  await ready(page);
  await page.locator('[data-action="theme"]').click();
  assert.ok(await page.locator('[data-action="patterns"]').isChecked());
});
