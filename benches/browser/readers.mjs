// How fast one worker reads each format, in a real Chromium: from the choice of a file to the row that says it is read.
// node benches/browser/readers.mjs; medians over several runs on an otherwise idle machine.
import { cpus, tmpdir } from "node:os";
import { execFileSync } from "node:child_process";
import { createReadStream, createWriteStream, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { createInterface } from "node:readline";
import { once } from "node:events";
import { join } from "node:path";
import { TOOLSCOPE, browser, ready, serve } from "../../tests/e2e/harness.mjs";

const RUNS = 5;
/** A batch is a week, so the largest one has a few percent of these. */
const EVENTS = Number(process.env.EVENTS ?? 6_000_000);
const COLUMNS = ["event_id", "kind", "time", "tool", "server", "user", "workspace", "client", "client_version", "platform", "outcome", "error_class", "duration_ms", "session", "model", "tokens_in", "tokens_out", "cost_usd", "bytes"];

const folder = mkdtempSync(join(tmpdir(), "toolscope-readers-"));
const largest = (format) => {
  const out = join(folder, format);
  execFileSync(TOOLSCOPE, ["demo", "--events", String(EVENTS), "--seed", "1", "--aggregate-days", "0", "--plain", "--format", format, "--out", out], { stdio: "ignore" });
  const batches = readdirSync(join(out, "batches")).map((name) => join(out, "batches", name));
  return batches.reduce((a, b) => (statSync(b).size > statSync(a).size ? b : a));
};
/** The same events as a table, written without a library: names of the demo need no quotes. */
async function asCsv(ndjson) {
  const path = join(folder, "events.csv");
  const out = createWriteStream(path);
  out.write(`${COLUMNS.join(",")}\n`);
  for await (const line of createInterface({ input: createReadStream(ndjson) })) {
    const event = JSON.parse(line);
    const cells = COLUMNS.map((column) => event[column] ?? "");
    if (cells.some((cell) => /[",\n]/.test(cell))) throw new Error(`a cell needs quotes: ${line}`);
    if (!out.write(`${cells.join(",")}\n`)) await once(out, "drain");
  }
  out.end();
  await once(out, "finish");
  return path;
}

const ndjson = largest("ndjson");
const files = [["NDJSON", ndjson], ["CSV", await asCsv(ndjson)], ["Arrow", largest("arrow")], ["Parquet, zstd", largest("parquet")]];
const server = await serve();
const chrome = await browser();
const lines = [];
for (const [name, path] of files) {
  const times = [];
  let rows = 0;
  for (let run = 0; run < RUNS; run++) {
    const page = await (await chrome.newContext()).newPage();
    await page.goto(`${server.url}/data`);
    await ready(page, 60_000);
    // The first file closes the demo and, for Parquet, loads its module; it is the second that is timed.
    await page.setInputFiles("input#open-files", path);
    await page.locator("[data-source-state=ready]").first().waitFor({ timeout: 120_000 });
    await page.locator("[data-source] button", { hasText: "Remove" }).click();
    await page.locator("[data-source]").waitFor({ state: "detached" });
    const started = performance.now();
    await page.setInputFiles("input#open-files", path);
    await page.locator("[data-source-state=ready]").first().waitFor({ timeout: 120_000 });
    times.push(performance.now() - started);
    rows = Number((await page.locator("[data-events]").first().getAttribute("data-events")) ?? 0);
    await page.context().close();
  }
  const ms = times.sort((a, b) => a - b)[RUNS >> 1];
  const megabytes = statSync(path).size / 1e6;
  lines.push(`| ${name} | ${megabytes.toFixed(1)} MB | ${rows} | ${ms.toFixed(0)} ms | ${(megabytes / ms * 1e3).toFixed(0)} MB/s | ${(rows / ms / 1e3).toFixed(2)} M/s |`);
}
await chrome.close();
await server.stop();
rmSync(folder, { recursive: true });
console.log(`${cpus()[0].model}, ${cpus().length} cores\n`);
console.log(["| format | size | events | from choice to read | bytes | events |", "|---|--:|--:|--:|--:|--:|", ...lines].join("\n"));
