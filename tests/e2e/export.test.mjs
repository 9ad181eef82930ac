// Files through the dialog (X2, X3, X4): each format against the command line, fonts on demand, a million raw events,
// and every way in which a file does not come about.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { inflateRawSync } from "node:zlib";
import { DEMO, TOOLSCOPE, browser, exported, open, query, ready, same, serve, tiles } from "./harness.mjs";

let server, chrome, folder;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "toolscope-export-"));
  server = await serve();
  chrome = await browser();
});
after(async () => {
  await chrome?.close();
  await server?.stop();
  rmSync(folder, { recursive: true });
});

/** A page that had no error by the end. */
async function visit(path, work, { init, server: from = server } = {}) {
  const context = await chrome.newContext({ viewport: { width: 1440, height: 1000 }, timezoneId: "UTC", locale: "en-GB" });
  if (init) await context.addInitScript(init);
  const page = await open(context, `${from.url}${path}`);
  await work(page);
  assert.deepEqual(page.errors, []);
  await context.close();
}

/** The files of an archive, by what its directory says. */
function unzipped(bytes) {
  const files = new Map();
  let at = bytes.readUInt32LE(bytes.length - 22 + 16);
  while (bytes.readUInt32LE(at) === 0x02014b50) {
    const [size, nameLength, extra, comment, offset] = [bytes.readUInt32LE(at + 20), bytes.readUInt16LE(at + 28), bytes.readUInt16LE(at + 30), bytes.readUInt16LE(at + 32), bytes.readUInt32LE(at + 42)];
    const start = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
    files.set(bytes.toString("utf8", at + 46, at + 46 + nameLength), inflateRawSync(bytes.subarray(start, start + size)));
    at += 46 + nameLength + extra + comment;
  }
  return files;
}

const command = (format, file, ...args) => {
  const out = join(folder, file);
  execFileSync(TOOLSCOPE, ["query", DEMO, "--compare", "previous", ...args, "--format", format, "--out", out], { stdio: "ignore" });
  return readFileSync(out);
};
/** Cells of CSV text; equal to nine digits. */
function assertSameCsv(actual, expected) {
  const cells = (text) => text.toString("utf8").replace(/^\ufeff/, "").split(/\r\n/).map((line) => line.split(","));
  const [one, other] = [cells(actual), cells(expected)];
  assert.equal(one.length, other.length);
  for (const [row, line] of other.entries()) for (const [at, cell] of line.entries()) {
    const is = one[row][at];
    assert.ok(is === cell || same(Number(is), Number(cell)), `${row}: ${is} is not ${cell}`);
  }
}
const QUESTION = ["--range", "30d", "--where", "client=Cursor"];
const PATH = "/tools?range=30d&client=Cursor";

test("X2 tables as CSV, in an archive and in one file, are those of the command line", async () => {
  await visit(PATH, async (page) => {
    const zip = unzipped(readFileSync(await exported(page, "csv-zip")));
    const expected = unzipped(command("csv-zip", "tools.zip", "--dashboard", "tools", ...QUESTION));
    assert.deepEqual([...zip.keys()], [...expected.keys()]);
    for (const [name, bytes] of zip) if (name.endsWith(".csv")) assertSameCsv(bytes, expected.get(name));
    assert.match(zip.get("about.txt").toString(), /Client is Cursor/);
    assert.match(JSON.parse(zip.get("provenance.json")).provenance.engine, /wasm/);
    assertSameCsv(readFileSync(await exported(page, "csv")), command("csv", "tools.csv", "--dashboard", "tools", ...QUESTION));
  });
});

test("X4 XLSX and Parquet come whole, with the parts that were chosen", async () => {
  await visit(PATH, async (page) => {
    const names = (path) => [...unzipped(readFileSync(path)).keys()];
    const sheets = names(await exported(page, "xlsx")).filter((name) => /worksheets\/sheet/.test(name)).length;
    const fewer = names(await exported(page, "xlsx", async (dialog) => dialog.locator('[data-export-choice="time-series"]').uncheck())).filter((name) => /worksheets\/sheet/.test(name)).length;
    assert.ok(fewer < sheets, `${fewer} of ${sheets} sheets without time series`);
    const parquet = unzipped(readFileSync(await exported(page, "parquet", async (dialog) => {
      await dialog.locator("[data-export-widgets]").click();
      for (const box of await dialog.locator("[data-export-widget]").all()) if (!/^(tools|slow-tools)$/.test(await box.getAttribute("data-export-widget"))) await box.uncheck();
    })));
    assert.deepEqual([...parquet.keys()].filter((name) => name.endsWith(".parquet")), ["tools.parquet", "tools-trend.parquet", "slow-tools.parquet"]);
    for (const [name, bytes] of parquet) if (name.endsWith(".parquet")) assert.equal(bytes.toString("latin1", 0, 4), "PAR1");
  });
});

test("X4 raw events come as one Parquet file, which reads back as the events they were", async () => {
  await visit("/tools?range=7d&client=Cursor", async (page) => {
    const path = join(folder, "events.parquet");
    writeFileSync(path, readFileSync(await exported(page, "parquet", (dialog) => dialog.locator('[data-export-choice="events"]').check())));
    const asked = ["--measure", "events,executions,failures,users,duration_p95", "--group-by", "tool"];
    const [actual] = query(path, ...asked, "--range", "all").tables;
    const [expected] = query(DEMO, ...asked, "--range", "7d", "--where", "client=Cursor").tables;
    assert.ok(expected.rows.length > 10);
    assert.deepEqual(actual.rows, expected.rows);
  });
});

test("X4 raw events stand in a sheet beside the tables, and more than a workbook takes are refused with the way out", async () => {
  await visit("/executive?range=24h&client=Cursor", async (page) => {
    const withEvents = (dialog) => dialog.locator('[data-export-choice="events"]').check();
    const book = unzipped(readFileSync(await exported(page, "xlsx", withEvents)));
    assert.match(book.get("xl/workbook.xml").toString(), /Raw events/);
    const [expected] = query(DEMO, "--measure", "events", "--range", "24h", "--where", "client=Cursor").tables;
    const sheets = [...book].filter(([name]) => /worksheets\/sheet/.test(name)).map(([, bytes]) => (bytes.toString().match(/<row /g) ?? []).length);
    assert.equal(sheets.at(-1), expected.rows[0][0] + 1);
  });
  await visit("/executive?range=all&compare=none", async (page) => {
    await page.locator('[data-action="export-page"]').click();
    await page.locator('[data-export-format="xlsx"]').check();
    await page.locator('[data-export-choice="events"]').check();
    await page.locator('[data-action="run-export"]:not(:disabled)').click({ timeout: 60_000 });
    await page.locator("[data-export-status].bad").filter({ hasText: /at most 100000 events.*CSV or Parquet/ }).waitFor({ timeout: 60_000 });
  }, { init: toDisk });
});

test("X2 another range and no filters answer another question, and the page keeps its own", async () => {
  await visit(PATH, async (page) => {
    const file = JSON.parse(readFileSync(await exported(page, "json", async (dialog) => {
      await dialog.locator("[data-export-page]").selectOption("executive");
      await dialog.locator("[data-export-range]").selectOption("7d");
      await dialog.locator('[data-export-choice="filters"]').uncheck();
    })));
    const expected = query(DEMO, "--range", "7d", "--compare", "previous", "--dashboard", "executive");
    const kpi = (answer) => answer.tables.find((table) => table.id === "kpi").rows[0];
    for (const [at, cell] of kpi(expected).entries()) assert.ok(same(kpi(file)[at], cell), `${kpi(file)[at]} is not ${cell}`);
    assert.match(page.url(), /range=30d.*client=Cursor|client=Cursor.*range=30d/);
  });
});

const hasPoppler = spawnSync("pdftotext", ["-v"]).status === 0;

test("X3 a PDF has the numbers as text, vector charts, embedded fonts; others are fetched only for letters that need them", { skip: !hasPoppler && "poppler is not installed: scripts/setup.sh python" }, async () => {
  const pdf = async (page) => {
    const path = join(folder, "report.pdf");
    writeFileSync(path, readFileSync(await exported(page, "pdf")));
    const run = (tool, ...args) => execFileSync(tool, args, { encoding: "utf8" });
    return { text: run("pdftotext", "-layout", path, "-"), fonts: run("pdffonts", path), images: run("pdfimages", "-list", path).trim().split("\n").slice(2) };
  };
  await visit("/executive?range=30d", async (page) => {
    const asked = [];
    page.context().on("request", (request) => asked.push(request.url()));
    const { executions } = await tiles(page);
    const { text, fonts, images } = await pdf(page);
    assert.ok(text.includes(executions.toLocaleString("en-US")), `${executions} stands in the text`);
    assert.match(text, /Contents/);
    assert.deepEqual(images, []);
    for (const line of fonts.trim().split("\n").slice(2)) assert.match(line, /yes yes yes/, line);
    assert.deepEqual(asked.filter((url) => url.includes("/fonts/")), []);
  });
  const events = join(folder, "names.ndjson");
  writeFileSync(events, ["أداة البحث", "搜索工具", "поиск", "🚀 launch"].map((tool, at) => JSON.stringify({ time: `2026-05-01T10:0${at}:00Z`, tool, user: "x", outcome: "success", duration_ms: 5 })).join("\n"));
  const context = await chrome.newContext({ timezoneId: "UTC", locale: "en-GB" });
  const page = await open(context, `${server.url}/data`);
  await page.setInputFiles("input#open-files", events);
  await page.locator('[data-source-state="ready"]').first().waitFor();
  await page.locator('nav a[href^="/tools"]').first().click();
  await ready(page);
  const { text, fonts } = await pdf(page);
  assert.match(fonts, /Arabic/);
  assert.match(fonts, /NotoSansSC|SC-/);
  assert.match(text, /搜索工具/);
  assert.equal(await page.locator("[data-notice]").filter({ hasText: "No font" }).count(), 0);
  await context.close();
});

/** A place on the disk without a dialog of the system: the browser's own private folder. */
const toDisk = () => {
  globalThis.longest = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => (globalThis.longest = Math.max(globalThis.longest, entry.duration)))).observe({ type: "longtask" });
  globalThis.showSaveFilePicker = async ({ suggestedName }) => (await navigator.storage.getDirectory()).getFileHandle(suggestedName, { create: true });
};

/** Opens the dialog and asks for raw events. */
async function askForEvents(page) {
  await page.locator('[data-action="export-page"]').click();
  await page.locator('[data-export-choice="events"]').check();
  const run = page.locator('[data-action="run-export"]:not(:disabled)');
  await run.waitFor({ timeout: 60_000 });
  return run;
}

test("X2 a million raw events stream to the disk, every one of them, while the page stays quick", async () => {
  await visit("/executive?range=all&compare=none", async (page) => {
    const run = await askForEvents(page);
    assert.match(await page.locator("[data-export-status]").innerText(), /At most [\d,]{9} events, about [\d.]+ MB/);
    await page.evaluate(() => (globalThis.longest = 0));
    await run.click();
    await page.locator("[data-export-status]").filter({ hasText: /of at most/ }).waitFor();
    await page.waitForFunction(() => !document.querySelector("dialog[data-export-dialog]").open, undefined, { timeout: 180_000 });
    const longest = await page.evaluate(() => globalThis.longest);
    const zip = unzipped(Buffer.from(await page.evaluate(async () => {
      const folder = await navigator.storage.getDirectory();
      for await (const [, handle] of folder.entries()) {
        const bytes = new Uint8Array(await (await handle.getFile()).arrayBuffer());
        let text = "";
        for (let at = 0; at < bytes.length; at += 32_768) text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
        return btoa(text);
      }
    }), "base64"));
    const events = zip.get("events.csv").toString("utf8");
    const lines = events.split("\r\n").filter(Boolean).length - 1;
    const kinds = new Map();
    for (const line of events.split("\r\n").slice(1)) if (line) kinds.set(line.split(",")[1], (kinds.get(line.split(",")[1]) ?? 0) + 1);
    const manifest = JSON.parse(readFileSync(join(DEMO, "manifest.json"), "utf8"));
    assert.equal(lines, manifest.batches.filter((batch) => batch.kind === "raw").reduce((sum, batch) => sum + batch.rows, 0));
    assert.equal([...kinds.values()].reduce((sum, rows) => sum + rows, 0), lines);
    assert.ok(longest < 120, `the longest task took ${longest} ms`);
    assert.ok(zip.has("kpi.csv") && zip.has("about.txt") && zip.has("provenance.json"));
  }, { init: toDisk });
});

test("X2 cancelled at any moment, or with a full disk, nothing is left and it can be tried again", async () => {
  await visit("/executive?range=all&compare=none", async (page) => {
    const files = () => page.evaluate(async () => {
      const found = [];
      for await (const [name, handle] of (await navigator.storage.getDirectory()).entries()) found.push([name, (await handle.getFile()).size]);
      return found.filter(([, size]) => size > 0);
    });
    const run = await askForEvents(page);
    await run.click();
    await page.locator("[data-export-status]").filter({ hasText: /of at most/ }).waitFor();
    await page.locator('[data-action="cancel-export"]').click();
    await page.waitForTimeout(500);
    assert.deepEqual(await files(), [], "a file that was not finished has no bytes");
    assert.equal(await page.evaluate(() => document.activeElement.id), "export-page", "the focus is where it was");
    await page.evaluate(() => {
      globalThis.showSaveFilePicker = async () => ({ createWritable: async () => ({ write: async () => { throw new DOMException("full", "QuotaExceededError"); }, abort: async () => {} }) });
    });
    await (await askForEvents(page)).click();
    await page.locator("[data-export-status]").filter({ hasText: /disk/ }).waitFor({ timeout: 30_000 });
    assert.ok(await page.locator("dialog[data-export-dialog]").evaluate((dialog) => dialog.open));
    await page.keyboard.press("Escape");
    assert.ok((await tiles(page)).executions > 0);
  }, { init: toDisk });
});

test("X2 without data there is nothing to export, with one event there is one row", async () => {
  const one = join(folder, "one.ndjson");
  writeFileSync(one, '{"time":"2026-05-01T10:00:00Z","tool":"=1+1","user":"x","outcome":"success"}');
  const context = await chrome.newContext({ timezoneId: "UTC", locale: "en-GB" });
  const page = await open(context, `${server.url}/data`);
  await page.setInputFiles("input#open-files", one);
  await page.locator('[data-source-state="ready"]').first().waitFor();
  await page.locator('nav a[href^="/tools"]').first().click();
  await ready(page);
  const zip = unzipped(readFileSync(await exported(page, "csv-zip", (dialog) => dialog.locator('[data-export-choice="events"]').check())));
  const events = zip.get("events.csv").toString("utf8").trim().split("\r\n");
  assert.equal(events.length, 2);
  assert.match(events[1], /'=1\+1/, "what a spreadsheet would run is defused");
  const raw = unzipped(readFileSync(await exported(page, "csv-zip", async (dialog) => {
    await dialog.locator('[data-export-choice="events"]').check();
    await dialog.locator('[data-export-choice="raw-text"]').check();
  })));
  assert.match(raw.get("events.csv").toString("utf8"), /,=1\+1,/);
  await page.locator('nav a[href^="/data"]').first().click();
  await page.getByRole("button", { name: /Remove/ }).first().click();
  await page.locator('nav a[href^="/executive"]').first().click();
  await page.locator('[data-action="export-page"]').click();
  const empty = page.locator('[data-action="run-export"]:not(:disabled), [data-export-status].bad, [data-notice]');
  await empty.first().waitFor();
  assert.deepEqual(page.errors, []);
  await context.close();
});
