// Every dashboard: its widgets have the numbers of the command line, its tables sort, search and lead on to single things.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DEMO, browser, open, query, ready, records, same, serve, widgetTable } from "./harness.mjs";

let server, chrome, context;
before(async () => {
  server = await serve();
  chrome = await browser();
  context = await chrome.newContext({ viewport: { width: 1440, height: 1000 }, timezoneId: "UTC", locale: "en-GB" });
});
after(async () => {
  await chrome?.close();
  await server?.stop();
});

/** Rows that a long table builds at once, and from how many rows on it is long. */
const BUILT = 60;
const LONG = 120;

/** Brings a widget onto the screen, and waits for what it has to say. */
async function look(page, id) {
  await page.locator(`[data-widget="${id}"]`).scrollIntoViewIfNeeded();
  await page.waitForFunction((id) => ["ready", "empty"].includes(document.querySelector(`[data-widget="${id}"]`)?.dataset.state), id, { timeout: 60_000 });
  return page.locator(`[data-widget="${id}"]`).getAttribute("data-state");
}

async function equals(page, answer) {
  const ids = await page.locator("[data-widget]").evaluateAll((cards) => cards.map((card) => card.dataset.widget));
  assert.ok(ids.length >= 2, `${ids.length} widgets`);
  for (const id of ids.filter((id) => id !== "kpi")) {
    const all = records(answer.tables.find((table) => table.id === id));
    const expected = all.length < LONG ? all : all.slice(0, BUILT);
    const state = await look(page, id);
    assert.equal(state, expected.length ? "ready" : "empty", id);
    if (!expected.length) continue;
    const shown = await widgetTable(page, id);
    assert.equal(shown.length, expected.length, `${id} has as many rows`);
    for (const [index, row] of expected.entries()) {
      assert.ok(Object.keys(row).some((column) => column in shown[index]), `${id} shows its columns`);
      for (const [column, value] of Object.entries(row)) {
        // Buckets are written in the viewer's words.
        if (!(column in shown[index]) || ["hour", "day", "week", "month"].includes(column)) continue;
        assert.ok(same(shown[index][column], value), `${id} row ${index} ${column}: page ${shown[index][column]}, command line ${value}`);
      }
    }
  }
}

const DASHBOARDS = { tools: "T1 T2 T3 T4 T5", users: "U1 U2 U3 U4 U5 U6 U7", workspaces: "W1 W2 W3 W4 W5", clients: "C1 C2 C3 C4", compare: "Q8" };
for (const [dashboard, ids] of Object.entries(DASHBOARDS)) {
  test(`${ids} every table of /${dashboard} equals the command line`, async () => {
    const answer = query(DEMO, "--range", "30d", "--compare", "previous", "--dashboard", dashboard);
    const page = await open(context, `${server.url}/${dashboard}`);
    await equals(page, answer);
    assert.deepEqual(page.errors, []);
    await page.close();
  });
}

test("E4 what changed equals the command line, and a click on it filters", async () => {
  const answer = query(DEMO, "--range", "30d", "--compare", "previous", "--widget", "what-changed");
  const page = await open(context, `${server.url}/executive`);
  assert.equal(await look(page, "what-changed"), "ready");
  const expected = records(answer.tables[0]);
  const names = await page.locator('[data-widget="what-changed"] [data-filter]').allInnerTexts();
  assert.deepEqual(names, expected.map((row) => row.name ?? "none"));
  await page.locator('[data-widget="what-changed"] [data-filter=tool]').first().click();
  await page.waitForURL(/tool/);
  await ready(page);
  await page.close();
});

test("T1 U2 a table sorts by its headings, finds what is typed, and hides columns", async () => {
  const page = await open(context, `${server.url}/users`);
  assert.equal(await look(page, "users"), "ready");
  const card = page.locator('[data-widget="users"]');
  const column = (name) => card.locator(`tbody [data-column="${name}"]`).evaluateAll((cells) => cells.map((cell) => cell.dataset.value));
  await card.locator("th", { hasText: /^Person/ }).first().getByRole("button").click();
  const users = await column("user");
  assert.deepEqual(users, [...users].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)));
  assert.equal(await card.locator("th[aria-sort=ascending]").count(), 1);
  await card.getByRole("searchbox").fill(users[3]);
  await page.waitForFunction(() => document.querySelectorAll('[data-widget="users"] tbody tr').length === 1);
  assert.deepEqual(await column("user"), [users[3]]);
  await card.locator('[data-action="columns"]').click();
  await card.getByRole("checkbox", { name: "Sessions", exact: true }).uncheck();
  assert.deepEqual(await column("sessions"), []);
  await page.close();
});

test("T1 a long table builds what is on the screen and scrolls to its end", async () => {
  const page = await open(context, `${server.url}/users?range=90d`);
  assert.equal(await look(page, "users"), "ready");
  const card = page.locator('[data-widget="users"]');
  const total = Number(await card.locator("table").getAttribute("aria-rowcount"));
  assert.ok(total > 200, `${total} rows`);
  assert.ok((await card.locator("tbody tr[aria-rowindex]").count()) <= BUILT);
  await card.locator(".table-scroll").evaluate((scroller) => scroller.scrollTo(0, scroller.scrollHeight));
  await card.locator(`tbody tr[aria-rowindex="${total}"]`).waitFor();
  await page.close();
});

test("T6 U8 W6 a name leads to its own page, whose numbers are those of the filter", async () => {
  const page = await open(context, `${server.url}/users?range=90d`);
  assert.equal(await look(page, "users"), "ready");
  const row = page.locator('[data-widget="users"] tbody tr[aria-rowindex="2"]');
  const user = await row.locator('[data-column="user"]').getAttribute("data-value");
  await row.locator(".open-link").click();
  await page.waitForURL(/\/users\/.+range=90d/);
  await ready(page);
  assert.equal(await page.locator("h1").innerText(), user);
  const [expected] = records(query(DEMO, "--range", "90d", "--compare", "previous", "--where", `user=${user}`, "--widget", "kpi").tables[0]);
  const shown = await page.locator('[data-widget="kpi"] [data-metric="executions"][data-value]').first().getAttribute("data-value");
  assert.equal(Number(shown), expected.executions);
  // Back among all of them, the person no longer filters.
  await page.locator(".crumbs a").click();
  await page.waitForURL(/\/users\?/);
  await ready(page);
  assert.equal(await look(page, "users"), "ready");
  assert.ok(Number(await page.locator('[data-widget="users"] table').getAttribute("aria-rowcount")) > 200);
  assert.deepEqual(page.errors, []);
  await page.close();
});

test("an address nobody knows says so", async () => {
  const page = await context.newPage();
  await page.goto(`${server.url}/nothing`);
  await page.locator("h1", { hasText: "Page not found" }).waitFor();
  await page.goto(`${server.url}/clients/nothing`);
  await page.locator("h1", { hasText: "Page not found" }).waitFor();
  await page.close();
});
