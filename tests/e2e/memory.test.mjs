// The memory of the workers, with a budget that a host made small: what is said from 70 % on, and what is refused.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { browser, exported, open, ready, serve, tiles } from "./harness.mjs";

const BUDGET_MIB = 2;
const folder = mkdtempSync(join(tmpdir(), "toolscope-memory-"));
let server, chrome, context;
before(async () => {
  writeFileSync(join(folder, "manifest.json"), JSON.stringify({ version: 1, organisation: "Small", generated_at: "2026-05-04T00:00:00Z", batches: [] }));
  server = await serve(folder, ["--memory-budget", String(BUDGET_MIB)]);
  chrome = await browser();
  context = await chrome.newContext({ viewport: { width: 1440, height: 1000 }, timezoneId: "UTC", locale: "en-GB" });
});
after(async () => {
  await chrome?.close();
  await server?.stop();
});

/** A file of so many executions, a second apart, in a day of its own. */
function file(day, rows) {
  const path = join(folder, `day-${day}.ndjson`);
  const start = Date.parse("2026-05-01T00:00:00Z") + day * 86_400_000;
  const line = (_, row) => JSON.stringify({ event_id: `${day}-${row}`, time: new Date(start + row * 1_000).toISOString(), tool: `tool-${row % 7}`, user: `user-${row % 11}`, outcome: "success", duration_ms: row % 500 });
  writeFileSync(path, Array.from({ length: rows }, line).join("\n"));
  return path;
}

const percent = async (page) => Number(await page.locator("[data-memory-percent]").getAttribute("data-memory-percent"));
/** What an answer says about the memory, as it goes into every export. */
async function told(page) {
  const { warnings } = JSON.parse(readFileSync(await exported(page), "utf8")).provenance;
  return warnings.filter((warning) => warning.code === "memory_low").map((warning) => warning.message);
}
const isTaken = (page, name) => page.locator(`[data-source="${name}"][data-source-state="ready"]`).waitFor();

test("A5 from 70 % of the memory on it is said, a file for which there is no room is refused and named, and the rest counts", async () => {
  const page = await open(context, `${server.url}/data`);
  // Rows take 20 to 30 bytes, and a file is expected to take 32 a row: small ones fill the memory without a refusal.
  let day = 0;
  let rows = 0;
  const add = async (count) => {
    await page.setInputFiles("input#open-files", file(day, count));
    await isTaken(page, `day-${day}.ndjson`);
    day += 1;
    rows += count;
  };
  await add(10_000);
  const memory = page.locator("[data-memory-percent]");
  assert.match(await memory.innerText(), new RegExp(`% of the ${BUDGET_MIB} MiB`));
  assert.doesNotMatch(await memory.innerText(), /shorter range/, `${await percent(page)} %`);
  await page.locator('nav a[href^="/executive"]').first().click();
  await ready(page);
  assert.deepEqual(await told(page), [], "nothing is said of it yet");
  await page.locator('nav a[href^="/data"]').first().click();

  while ((await percent(page)) < 70) await add(4_000);
  assert.match(await memory.innerText(), /shorter range, pre-aggregated hours, or fewer files/);
  assert.ok((await percent(page)) < 90);

  const large = file(day, 40_000);
  await page.setInputFiles("input#open-files", large);
  const refused = page.locator(`[data-source="day-${day}.ndjson"][data-source-state="failed"]`);
  await refused.waitFor();
  assert.match(await refused.innerText(), new RegExp(`no room for day-${day}\\.ndjson.*of ${BUDGET_MIB} MiB.*shorter range`, "s"));
  const limits = page.locator("[data-limits]");
  await limits.locator("summary").click();
  assert.match(await limits.innerText(), new RegExp(`Data in one worker\\s+${BUDGET_MIB} MiB`));

  await page.locator('nav a[href^="/executive"]').first().click();
  await ready(page);
  const [warning] = await told(page);
  assert.match(warning, /takes [78]\d % of the memory it may take; from 90 % on no further file is read\. Choose a shorter range/);
  assert.equal((await tiles(page)).executions, rows, "what was read before is in the numbers, nothing of the refused file");
  assert.deepEqual(page.errors, []);
  await page.close();
});

test("A6 a worker that takes the place of a dead one has the same budget", async () => {
  const page = await open(context, `${server.url}/data`);
  await page.setInputFiles("input#open-files", file(90, 10_000));
  await isTaken(page, "day-90.ndjson");
  const replaced = page.waitForEvent("worker", { timeout: 10_000 });
  await Promise.all(page.workers().map((worker) => worker.evaluate(() => self.close())));
  await replaced;
  await page.waitForFunction(() => document.querySelector('[data-source="day-90.ndjson"]')?.dataset.sourceState === "ready", undefined, { timeout: 20_000 });
  await page.waitForFunction((words) => document.querySelector("[data-memory-percent]").innerText.includes(words), `of the ${BUDGET_MIB} MiB`);
  await page.close();
});
