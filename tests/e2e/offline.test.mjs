// X5: one HTML file, opened from the disk, without a server and without a network.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { DEMO, DIST, TOOLSCOPE, browser, open, query, ready, records, same, serve, tiles, widgetTable } from "./harness.mjs";

const METRICS = ["executions", "users", "success_rate", "growth_mom"];
const ASKED = ["--dashboard", "executive", "--range", "30d", "--compare", "previous", "--zone", "Europe/Berlin"];

let chrome, folder;
before(async () => {
  chrome = await browser();
  // What paths may be called must not matter.
  folder = join(mkdtempSync(join(tmpdir(), "toolscope-")), "a #1 100% ü?");
  mkdirSync(folder);
});
after(async () => {
  await chrome?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A file of the command line, and what it said. */
function make(name, sources, ...args) {
  const out = join(folder, name);
  const { stderr } = run(["query", ...[sources].flat(), ...args, "--app", DIST, "--out", out]);
  return { out, said: stderr };
}

function run(args) {
  // Standard error has the sentences.
  const log = join(folder, "said.txt");
  execFileSync("/bin/sh", ["-c", `"$0" "$@" 2>"${log}"`, TOOLSCOPE, ...args], { maxBuffer: 1 << 28 });
  return { stderr: readFileSync(log, "utf8") };
}

/** The file in a browser without a network; all it asks for is remembered. */
async function openFile(out, search = "", before = () => {}) {
  const context = await chrome.newContext({ viewport: { width: 1440, height: 1000 }, timezoneId: "America/New_York", locale: "en-GB", acceptDownloads: true });
  await context.setOffline(true);
  await context.addInitScript(before);
  const asked = [];
  context.on("request", (request) => asked.push(request.url()));
  const page = await open(context, pathToFileURL(out).href + search);
  page.asked = asked;
  return page;
}

function assertQuiet(page) {
  assert.deepEqual(page.errors, []);
  const outside = page.asked.filter((url) => !/^(file|blob|data):/.test(url));
  assert.deepEqual(outside, []);
  assert.equal(page.asked.filter((url) => url.startsWith("file:")).length, page.loads ?? 1, "only the file itself");
}

async function assertTiles(page, expected, what) {
  const shown = await tiles(page);
  for (const metric of METRICS) {
    assert.ok(same(shown[metric], expected[metric]), `${what}, ${metric}: file ${shown[metric]}, command line ${expected[metric]}`);
  }
}

const kpi = (...args) => records(query(DEMO, ...ASKED, ...args).tables.find((table) => table.id === "kpi"))[0];

test("X5 a file says its size, opens without a network, and has the numbers of the command line", async () => {
  const { out, said } = make("report.html", DEMO, ...ASKED);
  assert.match(said, /holds the application, [\d,]+ events .* takes [\d.]+ MB/);
  console.log(`# ${(statSync(out).size / 1e6).toFixed(1)} MB; ${said.trim()}`);
  const page = await openFile(out);
  await assertTiles(page, kpi(), "as made");
  assert.match(await page.locator("[data-file-note]").innerText(), /made on .* from Meridian Works, with [\d,]+ events; it needs no network/);
  assert.equal(await page.locator("[data-beyond]").count(), 0);
  // Only the one dashboard, and no way that leads out of it.
  assert.deepEqual(await page.$$eval("a[href]", (links) => links.map((link) => link.getAttribute("href"))), ["#main"]);
  for (const id of ["daily-executions", "adoption-curve", "top-tools", "failure-reasons", "what-changed", "recommendations"]) {
    const expected = records(query(DEMO, ...ASKED).tables.find((table) => table.id === id));
    const shown = await widgetTable(page, id);
    assert.equal(shown.length, expected.length, `${id} has as many rows`);
    for (const [at, row] of expected.entries()) {
      for (const [column, value] of Object.entries(row)) {
        if (column in shown[at]) assert.ok(same(shown[at][column], value), `${id} row ${at} ${column}: file ${shown[at][column]}, command line ${value}`);
      }
    }
  }
  assertQuiet(page);
  await page.context().close();
});

test("X5 filters, comparison, zone and undo are live in a file, and a reload keeps the question", async () => {
  const { out } = make("live.html", DEMO, ...ASKED);
  const page = await openFile(out);
  const top = records(query(DEMO, ...ASKED).tables.find((table) => table.id === "top-tools"))[0].tool;
  await page.locator('[data-widget="top-tools"]').scrollIntoViewIfNeeded();
  await ready(page);
  await page.locator('[data-widget="top-tools"] [data-filter]').first().click();
  await page.waitForFunction(() => location.search.includes("tool"));
  const filtered = kpi("--where", `tool=${top}`);
  await assertTiles(page, filtered, "filtered by a click");
  page.loads = 2;
  await page.reload();
  await ready(page);
  await assertTiles(page, filtered, "after a reload");
  await page.locator('[data-action="zone"]').click();
  assert.deepEqual((await page.$$eval("[data-zone]", (zones) => zones.map((zone) => zone.dataset.zone))).sort(), ["Europe/Berlin", "UTC"]);
  await page.locator('[data-zone="UTC"]').click();
  await page.waitForFunction(() => location.search.includes("zone=UTC"));
  const [inUtc] = records(query(DEMO, ...ASKED.slice(0, -1), "UTC", "--where", `tool=${top}`).tables.find((table) => table.id === "kpi"));
  await assertTiles(page, inUtc, "in another zone");
  await page.locator('[data-action="undo"]').click();
  await page.waitForFunction(() => !location.search.includes("zone=UTC"));
  await assertTiles(page, filtered, "undone");
  // A widget's numbers as a file.
  const widget = page.locator('[data-widget="top-tools"]');
  await widget.scrollIntoViewIfNeeded();
  await ready(page);
  await widget.locator('[data-action="export"]').click();
  const [download] = await Promise.all([page.waitForEvent("download"), widget.locator('[data-export="csv"]').click()]);
  assert.ok(readFileSync(await download.path(), "utf8").includes(top));
  assertQuiet(page);
  await page.context().close();
});

test("X5 a question that reaches for what the file was made without is told so", async () => {
  const { out } = make("week.html", DEMO, "--dashboard", "clients", "--range", "7d");
  const page = await openFile(out);
  assert.equal(await page.locator("[data-beyond]").count(), 0);
  const [week] = query(DEMO, "--dashboard", "clients", "--range", "7d").tables;
  const shown = await widgetTable(page, week.id);
  assert.equal(shown.length, week.rows.length);
  // A browser without its own reader of base64 has ours.
  const long = await openFile(out, "?range=90d&compare=none", () => delete Uint8Array.fromBase64);
  await long.locator("[data-beyond]").waitFor();
  assert.match(await long.locator("[data-beyond]").innerText(), /made without the events from/);
  assertQuiet(page);
  assertQuiet(long);
  await page.context().close();
  await long.context().close();
});

test("X5 names of any kind and pre-aggregated hours come through, and content does not", async () => {
  const hostile = "</script><script>document.title='run'</script><!--";
  const events = [1, 2, 3].map((at) => JSON.stringify({ event_id: `e${at}`, time: `2026-03-0${at}T10:00:00Z`, tool: hostile, user: "ada@example.org", outcome: "success", prompt: "canary-in-content" }));
  writeFileSync(join(folder, "events <title>.ndjson"), `${events.join("\n")}\n`);
  const { out } = make("hostile.html", join(folder, "events <title>.ndjson"), "--dashboard", "tools");
  const text = readFileSync(out, "utf8");
  assert.ok(!text.includes("canary") && !text.includes("<script>document.title"));
  const page = await openFile(out);
  const shown = JSON.stringify(await page.locator("body").innerText());
  assert.ok(shown.includes("<script>document.title='run'</script>"), "the name is shown as it is");
  assert.notEqual(await page.title(), "run");
  assertQuiet(page);
  await page.context().close();

  const old = join(folder, "old");
  run(["demo", "--events", "20000", "--seed", "7", "--aggregate-days", "300", "--out", old, "--plain", "--now", "2026-06-01T00:00:00Z"]);
  const hours = make("hours.html", old, ...ASKED.slice(0, 2), "--range", "all");
  assert.match(hours.said, /pre-aggregated hours/);
  const [expected] = records(query(old, ...ASKED.slice(0, 2), "--range", "all").tables.find((table) => table.id === "kpi"));
  const aggregated = await openFile(hours.out);
  await assertTiles(aggregated, expected, "with hours");
  assertQuiet(aggregated);
  await aggregated.context().close();
});

test("X5 the page makes the same file: its size is said before, and what comes opens without a network", async () => {
  const server = await serve();
  const context = await chrome.newContext({ viewport: { width: 1440, height: 1000 }, timezoneId: "Asia/Kolkata", locale: "en-GB", acceptDownloads: true });
  const served = await open(context, `${server.url}/executive?range=7d&compare=weekdays&outcome=failure`);
  await served.locator('[data-action="export-page"]').click();
  await served.locator('[data-export-format="html"]').check();
  await served.waitForFunction(() => /about [\d,.]+ events .* take about/.test(document.querySelector("[data-export-status]")?.textContent ?? ""), undefined, { timeout: 60_000 });
  const about = await served.locator("[data-export-status]").innerText();
  const [download] = await Promise.all([served.waitForEvent("download", { timeout: 300_000 }), served.locator('[data-action="run-export"]:not(:disabled)').click()]);
  const out = join(folder, download.suggestedFilename());
  await download.saveAs(out);
  console.log(`# ${(statSync(out).size / 1e6).toFixed(1)} MB; before: ${about}`);
  assert.deepEqual(served.errors, []);
  await context.close();
  await server.stop();
  const asked = ["--dashboard", "executive", "--range", "7d", "--compare", "weekdays", "--zone", "Asia/Kolkata"];
  const of = (...args) => records(query(DEMO, ...asked, ...args).tables.find((table) => table.id === "kpi"))[0];
  const page = await openFile(out);
  await assertTiles(page, of("--where", "outcome=failure"), "with the filter it was made with");
  await page.locator('.chip__remove').first().click();
  await page.waitForFunction(() => !location.search.includes("outcome"));
  await assertTiles(page, of(), "with everybody");
  assertQuiet(page);
  await page.context().close();
});

test("X5 without a built application the command says how to build one", () => {
  assert.throws(() => run(["query", DEMO, "--dashboard", "executive", "--app", folder, "--out", join(folder, "none.html")]));
  assert.match(readFileSync(join(folder, "said.txt"), "utf8"), /no built application in .*make build/s);
});
