// A person's own data: files through the picker and by drop, right numbers or a sentence, and nothing kept that is content.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ROOT, SHARED, TOOLSCOPE, browser, exported, open, query, ready, records, serve, tiles, widgetTable } from "./harness.mjs";

let server, chrome, context;
const folder = mkdtempSync(join(tmpdir(), "toolscope-e2e-"));
before(async () => {
  server = await serve();
  chrome = await browser();
  context = await chrome.newContext({ viewport: { width: 1440, height: 1000 }, timezoneId: "UTC", locale: "en-GB" });
});
after(async () => {
  await chrome?.close();
  await server?.stop();
});

const event = (at, tool, user, outcome, duration, extra = {}) =>
  JSON.stringify({ event_id: `${at}-${tool}-${user}`, kind: "execution", time: at, tool, user, outcome, duration_ms: duration, ...extra });

async function pick(page, ...paths) {
  await page.setInputFiles("input#open-files", paths);
  await ready(page);
}

test("D5 D8 a dropped NDJSON file takes the place of the demo and its content goes nowhere", async () => {
  const path = join(folder, "mine.ndjson");
  const canary = "CANARY-E2E-7Q2";
  writeFileSync(path, [
    event("2026-05-01T10:00:00Z", "search", "ada@example.test", "success", 12.5, { arguments: canary }),
    event("2026-05-01T10:01:00Z", "search", "ada@example.test", "failure", 20, { message: canary, error_class: "timeout" }),
    event("2026-05-01T10:02:00Z", "fetch", "bob@example.test", "success", 7),
    event("2026-05-01T10:02:00Z", "fetch", "bob@example.test", "success", 7),
    '{"time":"never","tool":"x"}',
  ].join("\n"));
  const page = await open(context, `${server.url}/data`);
  // A real drop: the event carries the file as the operating system would hand it over.
  const text = readFileSync(path, "utf8");
  const transfer = await page.evaluateHandle((text) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], "mine.ndjson"));
    return transfer;
  }, text);
  await page.dispatchEvent("[data-drop-zone]", "drop", { dataTransfer: transfer });
  await page.locator('[data-source="mine.ndjson"][data-source-state="ready"]').waitFor();
  const row = page.locator('[data-source="mine.ndjson"]');
  assert.equal(await row.getAttribute("data-rows-read"), "5");
  assert.equal(await row.getAttribute("data-accepted"), "3");
  assert.equal(await row.getAttribute("data-set-aside"), "1");
  assert.equal(await row.getAttribute("data-duplicates"), "1");
  const shown = await page.locator("main").innerText();
  assert.match(shown, /arguments/, "the receipt names what was dropped");
  await page.locator('nav a[href^="/executive"]').first().click();
  await ready(page);
  assert.equal((await tiles(page)).executions, 3);
  assert.equal((await tiles(page)).users, 2);
  const everything = await page.evaluate(async () => {
    const stored = JSON.stringify({ ...localStorage, ...sessionStorage });
    const databases = (await indexedDB.databases?.()) ?? [];
    return document.documentElement.outerHTML + stored + JSON.stringify(databases) + location.href;
  });
  assert.ok(!everything.includes(canary));
  assert.deepEqual(page.errors, []);
  await page.close();
});

test("D5 a folder is opened with all files in it, whatever they are, but for hidden ones", async () => {
  const path = mkdtempSync(join(tmpdir(), "toolscope-folder-"));
  mkdirSync(join(path, "inside", "deeper"), { recursive: true });
  writeFileSync(join(path, "a.ndjson"), event("2026-05-01T10:00:00Z", "search", "ada@example.test", "success", 5));
  writeFileSync(join(path, "inside", "b.csv"), "time,tool,user\n2026-05-01T11:00:00Z,fetch,bob@example.test\n");
  writeFileSync(join(path, "inside", "deeper", "c.json"), `[${event("2026-05-01T12:00:00Z", "write", "ada@example.test", "success", 5)}]`);
  writeFileSync(join(path, ".DS_Store"), "nothing to read");
  mkdirSync(join(path, ".git"));
  writeFileSync(join(path, ".git", "config"), "nothing to read either");
  for (const way of ["chosen", "dropped"]) {
    const page = await open(context, `${server.url}/data`);
    if (way === "chosen") {
      await page.setInputFiles("input#open-folder", path);
    } else {
      // As the operating system hands a folder over; pages can't make such a drop themselves.
      const devtools = await context.newCDPSession(page);
      const { x, y } = await page.locator("[data-drop-zone]").boundingBox();
      const data = { items: [], files: [path], dragOperationsMask: 1 };
      for (const type of ["dragEnter", "dragOver", "drop"]) await devtools.send("Input.dispatchDragEvent", { type, x: x + 20, y: y + 20, data });
    }
    // A chosen folder tells the way to each file, too.
    for (const name of ["a.ndjson", "b.csv", "c.json"]) await page.locator(`[data-source$="${name}"][data-source-state="ready"]`).waitFor();
    assert.equal(await page.locator('[data-source$=".DS_Store"], [data-source*=".git"]').count(), 0, way);
    await page.locator('nav a[href^="/executive"]').first().click();
    await ready(page);
    assert.equal((await tiles(page)).executions, 3, way);
    await page.close();
  }
});

const bad = {
  "empty.ndjson": ["", /empty/i],
  "page.json": ["<!doctype html><html><body>Sign in</body></html>", /HTML/],
  "noise.parquet": [Buffer.from([...Array(4096).keys()].map((n) => (n * 7919) % 251)), /not|recogni|unknown/i],
  "cut.arrow": [Buffer.concat([Buffer.from("ARROW1\0\0"), Buffer.alloc(100)]), /cut|damaged|truncated|complete|end/i],
};
test("A5 files that can't be read are named with a sentence, and the rest works", async () => {
  const paths = Object.entries(bad).map(([name, [content]]) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  });
  const good = join(folder, "good.ndjson");
  writeFileSync(good, event("2026-05-02T10:00:00Z", "search", "ada@example.test", "success", 5));
  const page = await open(context, `${server.url}/data`);
  await page.setInputFiles("input#open-files", [...paths, good]);
  await page.locator('[data-source="good.ndjson"][data-source-state="ready"]').waitFor();
  for (const [name, [, sentence]] of Object.entries(bad)) {
    const row = page.locator(`[data-source="${name}"][data-source-state="failed"]`);
    await row.waitFor();
    assert.match(await row.innerText(), sentence, name);
  }
  await page.locator('nav a[href^="/executive"]').first().click();
  await ready(page);
  assert.equal((await tiles(page)).executions, 1);
  await page.close();
});

test("S3 files without events are told from periods without any, and nothing is asked for ever", async () => {
  const path = join(folder, "metrics.jsonl");
  writeFileSync(path, JSON.stringify({ resourceMetrics: [{ resource: {}, scopeMetrics: [{ scope: { name: "client" }, metrics: [{ name: "calls", sum: { dataPoints: [{ asInt: "1" }] } }] }] }] }));
  const page = await open(context, `${server.url}/data`);
  await page.setInputFiles("input#open-files", path);
  const row = page.locator('[data-source="metrics.jsonl"][data-source-state="ready"]');
  await row.waitFor();
  assert.match(await row.innerText(), /No events/);
  await page.locator('nav a[href^="/executive"]').first().click();
  await ready(page);
  const widget = page.locator('[data-widget="top-tools"]');
  await widget.scrollIntoViewIfNeeded();
  await page.waitForFunction(() => document.querySelector('[data-widget="top-tools"]').dataset.state === "empty");
  assert.match(await widget.innerText(), /No source has an event to count/);
  const answers = () => page.evaluate(() => document.documentElement.dataset.answered);
  const before = await answers();
  await page.waitForTimeout(700);
  assert.equal(await answers(), before);
  await widget.locator('a[href^="/data"]').click();
  await row.waitFor();
  assert.deepEqual(page.errors, []);
  await page.close();
});

test("A5 a source says which limits it met, and the page lists them all", async () => {
  const path = join(folder, "limits.ndjson");
  writeFileSync(path, [
    event("2026-05-01T10:00:00Z", "search", "ada@example.test", "success", 5),
    event("2026-05-01T10:01:00Z", "x".repeat(1 << 20), "ada@example.test", "success", 5),
    event("2026-05-01T10:02:00Z", "y".repeat(2_000), "ada@example.test", "success", 5),
  ].join("\n"));
  const page = await open(context, `${server.url}/data`);
  await page.setInputFiles("input#open-files", path);
  const row = page.locator('[data-source="limits.ndjson"][data-source-state="ready"]');
  await row.waitFor();
  const met = await row.locator("[data-limits-met]").innerText();
  assert.match(met, /Line, object or row: 1 MiB/);
  assert.match(met, /Name, cut there: 1 KiB/);
  const limits = page.locator("[data-limits]");
  assert.equal(await limits.locator("dl").isVisible(), false, "folded away");
  await limits.locator("summary").click();
  const text = await limits.innerText();
  for (const words of ["256 MiB", "1 GiB", "200 times", "1,000"]) assert.ok(text.includes(words), words);
  assert.match(await page.locator("[data-memory-percent]").innerText(), /% of the 1 GiB/);
  assert.deepEqual(page.errors, []);
  await page.close();
});

test("D6 people of a table who match nobody are listed on the Data page and nowhere else", async () => {
  const path = (name, content) => { writeFileSync(join(folder, name), content); return join(folder, name); };
  const page = await open(context, `${server.url}/data`);
  await page.setInputFiles("input#open-files", path("staffed.ndjson", event("2026-05-02T10:00:00Z", "search", "ada@example.test", "success", 5)));
  await page.locator('[data-source="staffed.ndjson"][data-source-state="ready"]').waitFor();
  await page.setInputFiles("input#open-files", path("directory.json", JSON.stringify({ version: 1, organisation: "Acme", people: [{ id: "ada@example.test", department: "Research" }] })));
  await page.locator(".header__organisation", { hasText: "Acme" }).waitFor();
  await page.setInputFiles("input#open-files", path("people.csv", "id,email,department\nADA@example.test,,Labs\nnobody@example.test,,Sales\n"));
  const list = page.locator("[data-unmatched]");
  await list.waitFor();
  assert.match(await list.innerText(), /1 person of people\.csv/);
  assert.equal(await list.locator("li").isVisible(), false, "folded away");
  await list.locator("summary").click();
  assert.equal(await list.locator("li").innerText(), "nobody@example.test");
  await page.locator('nav a[href^="/executive"]').first().click();
  await ready(page);
  assert.ok(!(await page.content()).includes("nobody@example.test"), "no name leaves the Data page");
  assert.deepEqual(page.errors, []);
  await page.close();
});

test("E1 one file through the page, the command line and a manifest has the same numbers and the same provenance", async () => {
  const served = mkdtempSync(join(tmpdir(), "toolscope-provenance-"));
  const body = Buffer.from([
    event("2026-05-01T10:00:00Z", "search", "ada@example.test", "success", 12.5, { arguments: "dropped" }),
    event("2026-05-01T10:00:00Z", "search", "ada@example.test", "success", 12.5),
    event("2026-05-02T10:02:00Z", "fetch", "bob@example.test", "failure", 7, { error_class: "timeout" }),
    '{"time":"never","tool":"x"}',
    '{"time":"2026-05-02 11:00:00","tool":"write"}',
  ].join("\n"));
  writeFileSync(join(served, "same.ndjson"), body);
  writeFileSync(join(served, "manifest.json"), JSON.stringify({
    version: 1, organisation: "Same", generated_at: "2026-05-02T11:00:00Z",
    batches: [{
      url: "same.ndjson", format: "ndjson", kind: "raw", rows: 5, bytes: body.length, min_time: "2026-05-01T10:00:00Z",
      max_time: "2026-05-02T11:00:00Z", sha256: createHash("sha256").update(body).digest("hex"),
    }],
  }));
  const ask = (source) => JSON.parse(execFileSync(TOOLSCOPE, ["query", source, "--range", "all", "--compare", "none", "--dashboard", "executive", "--format", "json"], { cwd: served, stdio: ["ignore", "pipe", "ignore"] }));
  /** What the page exports; by then nothing is loading. */
  const saidBy = async (page) => JSON.parse(readFileSync(await exported(page), "utf8"));
  const other = await serve(served);
  const fromManifest = await open(context, `${other.url}/executive?range=all&compare=none`);
  const page = await open(context, `${server.url}/executive?range=all&compare=none`);
  await pick(page, join(served, "same.ndjson"));
  const answers = { file: ask("same.ndjson"), manifest: ask("manifest.json"), page: await saidBy(page), served: await saidBy(fromManifest) };
  const told = ({ tables, provenance: { engine, ...provenance } }) => ({ tables: tables.map(({ id, columns, rows, totals }) => ({ id, columns, rows, totals })), provenance });
  assert.match(JSON.stringify(answers.file.provenance.warnings), /now_from_data/);
  for (const [way, answer] of Object.entries(answers)) assert.deepEqual(told(answer), told(answers.file), way);
  await page.close();
  await fromManifest.close();
  await other.stop();
});

const corpus = join(SHARED, "corpus");
const streams = existsSync(corpus) ? readdirSync(corpus).filter((name) => existsSync(join(corpus, name, "truth.json"))) : [];
if (streams.length === 0) test("the corpus through the picker", { skip: "skipped: ../shared/corpus is missing" }, () => {});
for (const stream of streams) {
  test(`D3 ${stream} through the file picker gives the numbers of the command line and of its truth`, async () => {
    const files = JSON.parse(readFileSync(join(corpus, stream, "truth.json"), "utf8")).files;
    // One file: where a stream has logs and traces, they tell of the same calls.
    const [name, truth] = Object.entries(files).sort((a, b) => b[1].executions - a[1].executions)[0];
    const path = join(corpus, stream, name);
    const answer = query(path, "--range", "all", "--dashboard", "executive");
    const page = await open(context, `${server.url}/executive?range=all&compare=none`);
    await pick(page, path);
    const shown = await tiles(page);
    assert.equal(shown.executions, truth.executions);
    assert.equal(shown.executions, records(answer.tables.find((table) => table.id === "kpi"))[0].executions);
    assert.equal(shown.users, Object.keys(truth.by_user).length);
    const tools = await widgetTable(page, "top-tools");
    for (const tool of tools) assert.equal(tool.executions, truth.by_tool[tool.tool].count ?? truth.by_tool[tool.tool], tool.tool);
    const canaries = readFileSync(join(corpus, "canaries.txt"), "utf8").trim().toLowerCase().split("\n");
    await page.locator('nav a[href^="/data"]').first().click();
    await page.locator("[data-source]").first().waitFor();
    // Receipts are written out only when they are open.
    for (const button of await page.locator("[data-source] button.disclosure").all()) await button.click();
    const held = await page.evaluate(async () => {
      const databases = (await indexedDB.databases?.()) ?? [];
      return document.documentElement.outerHTML + JSON.stringify({ ...localStorage, ...sessionStorage }) + JSON.stringify(databases) + (await caches.keys()).join() + location.href;
    });
    await page.locator('nav a[href^="/executive"]').first().click();
    await ready(page);
    const everything = (held + readFileSync(await exported(page), "utf8")).toLowerCase();
    assert.deepEqual(canaries.filter((canary) => everything.includes(canary)), [], "neither page, storage nor export holds content");
    await page.close();
  });
}
