// What a person sees: accessibility by axe, dark mode, a phone, exports that can be opened.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { DEMO, ROOT, browser, exported, open, query, ready, records, same, serve } from "./harness.mjs";

let server, chrome;
const axe = readFileSync(join(ROOT, "node_modules/axe-core/axe.min.js"), "utf8");
before(async () => {
  server = await serve();
  chrome = await browser();
});
after(async () => {
  await chrome?.close();
  await server?.stop();
});

/** Looks at every widget once, so that none is checked before it has numbers. */
async function everything(page) {
  for (const card of await page.locator("[data-widget]").all()) await card.scrollIntoViewIfNeeded();
  await page.evaluate(() => scrollTo(0, 0));
  if (await page.locator("[data-widget]").count()) await ready(page, 60_000);
}

const first = (dashboard, table, column) => records(query(DEMO, "--range", "30d", "--widget", table).tables[0]).map((row) => `/${dashboard}/${encodeURIComponent(row[column])}`)[0];
const PATHS = [
  "/executive", "/tools", "/users", "/workspaces", "/clients", "/compare", "/data", "/glossary", "/tools/run_query",
  first("users", "top-users", "user"), first("workspaces", "top-workspaces", "workspace"),
];
const WIDTHS = [320, 360, 768, 900, 1280, 2560];

for (const path of PATHS) {
  test(`S2 axe finds nothing on ${path}, light and dark`, async () => {
    // Only the checker needs eval; the page's own policy stays as it is served.
    const context = await chrome.newContext({ viewport: { width: 1440, height: 1000 }, bypassCSP: true, reducedMotion: "reduce" });
    const page = await context.newPage();
    await page.goto(server.url + path);
    await page.waitForFunction(() => document.documentElement.dataset.state === "ready");
    await everything(page);
    await page.evaluate(axe);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await page.waitForFunction((dark) => {
        const [red] = getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number);
        return dark === red < 128 && !("drawing" in document.documentElement.dataset);
      }, colorScheme === "dark");
      const { violations } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
      assert.deepEqual(violations.map((found) => `${colorScheme} ${found.id}: ${found.nodes.map((node) => node.target.join(" ")).join(", ")}`), []);
    }
    await context.close();
  });
  test(`S1 ${path} needs no sideways scrolling at any width`, async () => {
    const context = await chrome.newContext({ viewport: { width: WIDTHS[0], height: 800 } });
    const page = await context.newPage();
    await page.goto(server.url + path);
    await page.waitForFunction(() => document.documentElement.dataset.state === "ready");
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      await everything(page);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(overflow, 0, `${width} px`);
    }
    await context.close();
  });
}

test("A3 the policy is strict and nothing breaks it", async () => {
  const context = await chrome.newContext();
  const page = await open(context, `${server.url}/executive`);
  const response = await context.request.get(`${server.url}/executive`);
  const policy = response.headers()["content-security-policy"];
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /require-trusted-types-for 'script'/);
  assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval'(?<!wasm-unsafe-eval')/);
  assert.deepEqual(page.errors, []);
  await context.close();
});

test("S1 the dark theme is chosen, kept over a reload, and dark", async () => {
  const context = await chrome.newContext({ colorScheme: "light" });
  const page = await open(context, `${server.url}/executive`);
  const lightness = () => page.evaluate(() => {
    const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number);
    return (r + g + b) / 3;
  });
  assert.ok((await lightness()) > 200);
  await page.locator('[data-action="theme"]').click();
  await page.locator('[data-theme-choice="dark"]').click();
  await page.waitForFunction(() => document.documentElement.dataset.theme === "dark");
  assert.ok((await lightness()) < 60);
  await page.reload();
  await ready(page);
  assert.ok((await lightness()) < 60);
  await context.close();
});

async function download(page, widget, format) {
  const card = page.locator(`[data-widget="${widget}"]`);
  await card.scrollIntoViewIfNeeded();
  await card.locator('[data-action="export"]').click();
  const [file] = await Promise.all([page.waitForEvent("download"), page.locator(`[data-export="${format}"]`).click()]);
  return readFileSync(await file.path());
}

test("X1 a widget's CSV, JSON, PNG and SVG are what is on the screen", async () => {
  const context = await chrome.newContext({ viewport: { width: 1440, height: 1000 }, timezoneId: "UTC" });
  const page = await open(context, `${server.url}/executive?range=30d`);
  const expected = records(query(DEMO, "--range", "30d", "--compare", "previous", "--widget", "top-tools").tables[0]);
  const csv = (await download(page, "top-tools", "csv")).toString().replace(/^\ufeff/, "").trim().split(/\r\n/);
  assert.equal(csv.length, expected.length + 1);
  const header = csv[0].split(",");
  assert.equal(csv[1].split(",")[header.indexOf("executions")], String(expected[0].executions));
  const json = JSON.parse(await download(page, "top-tools", "json"));
  assert.equal(json.format, "toolscope/1");
  const rows = records(json.tables[0]);
  for (const [index, row] of expected.entries()) for (const [column, value] of Object.entries(row)) assert.ok(same(rows[index][column], value), column);
  const png = await download(page, "top-tools", "png");
  assert.deepEqual([...png.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
  const svg = (await download(page, "daily-executions", "svg")).toString();
  assert.match(svg, /^<svg|^<\?xml/);
  await context.close();
});

test("X1 the page as JSON equals the command line", async () => {
  const context = await chrome.newContext({ viewport: { width: 1440, height: 1000 }, timezoneId: "UTC" });
  const page = await open(context, `${server.url}/executive?range=7d`);
  const shown = JSON.parse(readFileSync(await exported(page)));
  const expected = query(DEMO, "--range", "7d", "--compare", "previous", "--dashboard", "executive");
  assert.deepEqual(shown.tables.map((table) => table.id), expected.tables.map((table) => table.id));
  for (const [at, table] of expected.tables.entries()) {
    assert.deepEqual(shown.tables[at].columns, table.columns);
    for (const [row, cells] of table.rows.entries()) for (const [column, value] of cells.entries()) assert.ok(same(shown.tables[at].rows[row][column], value), `${table.id} ${row} ${column}`);
  }
  await context.close();
});
