// Small, huge and odd organisations: every dashboard says something true, and nothing that is a name becomes anything else.
import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { browser, open, query, ready, records, serve, tiles } from "./harness.mjs";

const DASHBOARDS = ["executive", "tools", "users", "workspaces", "clients", "compare"];
/** What a number that went wrong looks like. */
const WRONG = /NaN|undefined|Infinity|\[object|null\b/;

let server, chrome, context;
const folder = mkdtempSync(join(tmpdir(), "toolscope-odd-"));
before(async () => {
  server = await serve();
  chrome = await browser();
  context = await chrome.newContext({ viewport: { width: 1440, height: 1000 }, timezoneId: "UTC", locale: "en-GB" });
});
after(async () => {
  await chrome?.close();
  await server?.stop();
});

const event = (time, tool, user, more = {}) =>
  JSON.stringify({ time, kind: "execution", tool, user, workspace: "core", client: "Cursor", client_version: "1.0", platform: "linux", server: "files", outcome: "success", duration_ms: 12, ...more });

function file(name, lines) {
  const path = join(folder, name);
  writeFileSync(path, lines.join("\n"));
  return path;
}

/** Opens a file, then visits every dashboard by its link; `look` sees each once all its widgets have spoken. */
async function visit(path, look, timeout = 30_000) {
  const page = await open(context, `${server.url}/data`);
  await page.setInputFiles("input#open-files", path);
  await page.locator(`[data-source-state="ready"]`).first().waitFor({ timeout });
  await ready(page, timeout);
  for (const dashboard of DASHBOARDS) {
    await page.locator(`nav a[href^="/${dashboard}"]`).first().click();
    await page.waitForFunction((id) => location.pathname === `/${id}` && document.querySelectorAll("[data-widget]").length > 0, dashboard);
    // Each is waited for: what leaves the screen is not asked any more.
    for (const id of await page.locator("[data-widget]").evaluateAll((cards) => cards.map((card) => card.dataset.widget))) {
      await page.locator(`[data-widget="${id}"]`).scrollIntoViewIfNeeded();
      await page.waitForFunction((id) => ["ready", "empty", "failed"].includes(document.querySelector(`[data-widget="${id}"]`)?.dataset.state), id, { timeout });
    }
    await ready(page, timeout);
    const states = await page.locator("[data-widget]").evaluateAll((cards) => cards.map((card) => `${card.dataset.widget} ${card.dataset.state}`));
    for (const state of states) assert.match(state, / (ready|empty)$/, `/${dashboard}`);
    const text = await page.locator("main").innerText();
    assert.doesNotMatch(text, WRONG, `/${dashboard}`);
    await look(page, dashboard, text);
  }
  assert.deepEqual(page.errors, []);
  return page;
}

for (const [what, lines] of [
  ["one event", [event("2026-05-04T10:00:00Z", "read", "ada")]],
  ["one person in one day", [9, 10, 11, 12].map((hour) => event(`2026-05-04T${String(hour).padStart(2, "0")}:00:00Z`, ["read", "write"][hour % 2], "ada", { outcome: hour === 12 ? "failure" : "success", error_class: hour === 12 ? "timeout" : undefined }))],
  ["failures alone", [1, 2, 3].map((day) => event(`2026-05-0${day}T10:00:00Z`, "read", "ada", { outcome: "failure", error_class: "timeout" }))],
  ["events without any name", [1, 2].map((day) => JSON.stringify({ time: `2026-05-0${day}T10:00:00Z` }))],
]) {
  test(`S3 ${what}: every dashboard says something true, without a directory`, async () => {
    const path = file(`${what.replaceAll(" ", "-")}.ndjson`, lines);
    const [expected] = records(query(path, "--range", "30d", "--widget", "kpi").tables[0]);
    const page = await visit(path, async (page, dashboard, text) => {
      if (dashboard === "executive") assert.equal((await tiles(page)).executions, expected.executions);
      // What only a directory tells is said to be missing, and how to add it; it is not shown as zero.
      if (dashboard === "workspaces") assert.match(text, /directory/i);
    });
    await page.close();
  });
}

test("A4 names in every script, of 1 KiB, and in hostile HTML are text on every dashboard", async () => {
  const names = ["مستكشف الأدوات", "工具观察", "🧰👩🏽‍💻", "Инструмент", "a".repeat(1024), `<img src=x onerror="document.title='owned'">`, `"><script>document.title='owned'</script>`, "{{constructor}}", "=cmd|' /C calc'!A0"];
  const lines = [];
  for (let day = 1; day <= 28; day++) {
    names.forEach((name, at) => {
      const failed = (day + at) % 5 === 0;
      lines.push(event(`2026-05-${String(day).padStart(2, "0")}T10:00:00Z`, name, name, { workspace: name, client: name, client_version: name, platform: name, server: name, outcome: failed ? "failure" : "success", error_class: failed ? name : undefined }));
    });
  }
  const seen = new Set();
  const page = await visit(file("names.ndjson", lines), async (page, dashboard, text) => {
    for (const name of names) if (text.includes(name.slice(0, 60))) seen.add(name);
    assert.equal(await page.locator("main img, main script").count(), 0, `/${dashboard}`);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(overflow, 0, `/${dashboard} grows with a name`);
  });
  assert.deepEqual(names.filter((name) => !seen.has(name)), [], "every name was read somewhere");
  // A hostile name is an address like any other.
  for (const name of names.slice(4, 7)) {
    await page.goto(`${server.url}/tools/${encodeURIComponent(name)}`);
    await page.locator("h1").waitFor();
    assert.equal(await page.locator("h1").innerText(), name);
    assert.doesNotMatch(await page.title(), /^owned/);
  }
  await page.close();
});

test("S1 50,000 people and 5,000 tools: every dashboard opens, and tables stay small on the page", async () => {
  const path = join(folder, "many.csv");
  const rows = ["time,tool,server,user,workspace,client,client_version,platform,outcome,error_class,duration_ms"];
  for (let at = 0; at < 150_000; at++) {
    const time = new Date(Date.UTC(2026, 4, 1) + ((at * 7919) % 150_000) * 17_280).toISOString();
    const failed = at % 23 === 0;
    rows.push(`${time},tool-${(at * 31) % 5000},server-${at % 40},person-${(at * 17) % 50_000}@example.test,workspace-${at % 300},client-${at % 6},1.${at % 9},linux,${failed ? "failure" : "success"},${failed ? `error-${at % 25}` : ""},${at % 900}`);
  }
  writeFileSync(path, rows.join("\n"));
  const [expected] = records(query(path, "--range", "30d", "--widget", "kpi").tables[0]);
  assert.equal(expected.users, 50_000);
  const page = await visit(path, async (page, dashboard) => {
    if (dashboard === "executive") {
      const shown = await tiles(page);
      assert.deepEqual([shown.executions, shown.users], [expected.executions, 50_000]);
    }
    const main = { tools: ["tools", 5000], users: ["users", 50_000] }[dashboard];
    if (main) {
      const card = page.locator(`[data-widget="${main[0]}"]`);
      assert.equal(Number(await card.locator("table").getAttribute("aria-rowcount")), main[1] + 1);
      assert.ok((await card.locator("tbody tr").count()) < 100);
    }
    assert.ok((await page.locator("*").count()) < 20_000, `/${dashboard}`);
  }, 120_000);
  await page.close();
});
