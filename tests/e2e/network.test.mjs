// Batches on a bad road: every fault of a server or a line ends in right numbers or in a named error.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { browser, exported, ready, serve, tiles, widgetTable } from "./harness.mjs";

const HOUR_MS = 3_600_000;
const START_MS = Date.parse("2026-05-01T00:00:00Z");
const BATCHES = 3;
const ROWS = 4_000;
const data = mkdtempSync(join(tmpdir(), "toolscope-network-"));
const bodies = {};

/** One batch a day; its rows are its number + 1 times ROWS. */
function batch(number) {
  const name = `day-${number}.ndjson`;
  const start = START_MS + number * 24 * HOUR_MS;
  const lines = Array.from({ length: ROWS * (number + 1) }, (_, n) =>
    JSON.stringify({ event_id: `${number}-${n}`, time: new Date(start + n * 1_000).toISOString(), tool: `tool-${n % 7}`, user: `user-${n % 11}`, outcome: n % 10 ? "success" : "failure", duration_ms: n % 500 }));
  const body = Buffer.from(lines.join("\n"));
  bodies[name] = body;
  writeFileSync(join(data, name), body);
  return {
    url: name, format: "ndjson", kind: "raw", rows: lines.length, bytes: body.length,
    min_time: new Date(start).toISOString(), max_time: new Date(start + (lines.length - 1) * 1_000).toISOString(),
    sha256: createHash("sha256").update(body).digest("hex"),
  };
}
const manifest = { version: 1, organisation: "Bad Roads", generated_at: "2026-05-04T00:00:00Z", batches: Array.from({ length: BATCHES }, (_, n) => batch(n)) };
const ALL = manifest.batches.reduce((sum, one) => sum + one.rows, 0);
const VICTIM = "day-1.ndjson";
const WITHOUT = ALL - manifest.batches[1].rows;
const writeManifest = (manifest) => writeFileSync(join(data, "manifest.json"), JSON.stringify(manifest));
writeManifest(manifest);

// What stands before the worker's script, when a test says so: a clock that runs 20 times as fast, or an end in the middle
// of reading a batch that has the header x-doom.
const HURRY = "{ const later = self.setTimeout.bind(self); self.setTimeout = (work, ms, ...rest) => later(work, ms / 20, ...rest); }\n";
const DOOM = `{
  const ask = self.fetch.bind(self), now = Date.now.bind(Date);
  let doomed = false;
  Date.now = () => { if (doomed) throw new Error("killed by the test"); return now(); };
  self.fetch = async (...request) => {
    const answer = await ask(...request);
    if (answer.headers.get("x-doom") === null) return answer;
    const reader = answer.body.getReader();
    const body = new ReadableStream({ async pull(stream) {
      const { done, value } = await reader.read();
      if (!done) return stream.enqueue(value);
      doomed = true;
      stream.close();
    } });
    return new Response(body, { status: answer.status, headers: answer.headers });
  };
}
`;
// Or an end whenever it is asked a question that names this tool.
const FATAL_TOOL = "tool-6";
const FATAL = `{
  const mark = new TextEncoder().encode("${FATAL_TOOL}");
  self.addEventListener("message", (event) => {
    const bytes = event.data?.[0];
    if (!(bytes instanceof Uint8Array)) return;
    if (!bytes.some((_, at) => mark.every((byte, n) => bytes[at + n] === byte))) return;
    event.stopImmediatePropagation();
    self.postMessage("killed by the test");
  });
}
`;

// Between the browser and the companion stands a server that spoils what it is told to.
let server, chrome, proxy, origin;
let fault = null;
let prelude = null;
let asked = [];
beforeEach(() => { fault = null; prelude = null; });
before(async () => {
  server = await serve(data);
  chrome = await browser();
  proxy = createServer((incoming, outgoing) => {
    const name = incoming.url.split("/").pop();
    if (incoming.url.startsWith("/data/")) asked.push({ name, range: incoming.headers.range });
    const times = asked.filter((one) => one.name === name).length;
    if (name === VICTIM && fault?.(incoming, outgoing, times)) return;
    const headers = { ...incoming.headers, host: new URL(server.url).host };
    const script = new URL(incoming.url, origin).pathname === "/worker.js" ? prelude : null;
    // What is changed on the way comes whole and as plain text.
    if (script) for (const name of ["accept-encoding", "if-none-match", "if-modified-since"]) delete headers[name];
    const onward = request(server.url + incoming.url, { method: incoming.method, headers }, (answer) => {
      const { "content-length": length, etag, ...rest } = answer.headers;
      outgoing.writeHead(answer.statusCode, script ? rest : answer.headers);
      if (script) outgoing.write(script);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${proxy.address().port}`;
});
after(async () => {
  await chrome?.close();
  proxy?.closeAllConnections();
  proxy?.close();
  await server?.stop();
});

async function visit(work) {
  asked = [];
  const context = await chrome.newContext({ viewport: { width: 1440, height: 1000 }, timezoneId: "UTC", locale: "en-GB" });
  const page = await context.newPage();
  await page.goto(`${origin}/executive?range=all&compare=none`);
  await ready(page, 90_000);
  await isAlive(page);
  const shown = await tiles(page);
  await work?.(page, shown, context);
  await isAlive(page);
  await context.close();
  fault = null;
  return shown;
}

/** At no time a blank page: the heading stands, and so does what is below it. */
async function isAlive(page) {
  assert.ok(await page.locator("h1").first().isVisible(), "the page has its heading");
  assert.ok((await page.locator("main").innerText()).length > 40, "the page is not blank");
}

/** Waits until a tile has a number. */
const counts = (page, executions, timeout = 30_000) =>
  page.waitForFunction((wanted) => Number(document.querySelector('[data-widget="kpi"] [data-metric="executions"]')?.dataset.value) === wanted, executions, { timeout });

async function until(holds, what, timeout = 15_000) {
  const start = Date.now();
  while (!holds()) {
    assert.ok(Date.now() - start < timeout, what);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Goes to the dashboard as a person does; a reload would begin anew. */
async function dashboard(page) {
  await page.locator('nav a[href^="/executive"]').first().click();
  await page.waitForURL((url) => url.pathname === "/executive");
  await ready(page, 60_000);
}

async function failure(page) {
  await page.locator('nav a[href^="/data"]').first().click();
  const row = page.locator(`[data-source="${VICTIM}"][data-source-state="failed"]`);
  await row.waitFor({ timeout: 30_000 });
  return row;
}

const status = (code, headers = {}) => (incoming, outgoing) => { outgoing.writeHead(code, headers); outgoing.end("no"); return true; };
const plain = { "content-type": "application/octet-stream", etag: '"v1"', "accept-ranges": "bytes" };

test("D1 without a fault all numbers are there", async () => {
  assert.equal((await visit()).executions, ALL);
});

for (const [name, spoil, sentence] of [
  ["404", status(404), /not on the server/i],
  ["403", status(403), /refused/i],
  ["a redirect loop", status(302, { location: `/data/${VICTIM}` }), /could not be reached/i],
  ["a wrong checksum", (incoming, outgoing) => { const body = Buffer.from(bodies[VICTIM]); body[100] ^= 1; outgoing.writeHead(200, plain); outgoing.end(body); return true; }, /checksum/i],
  ["a wrong length", (incoming, outgoing) => { outgoing.writeHead(200, plain); outgoing.end(bodies[VICTIM].subarray(0, 1_000)); return true; }, /1000 of|cut off or was replaced/i],
  ["an HTML page of a proxy", (incoming, outgoing) => { outgoing.writeHead(200, { "content-type": "text/html" }); outgoing.end("<html>Sign in</html>"); return true; }, /bytes|HTML/i],
]) {
  test(`A5 D1 ${name} is named, and the other batches count`, async () => {
    fault = spoil;
    await visit(async (page, shown) => {
      assert.equal(shown.executions, WITHOUT);
      const row = await failure(page);
      assert.match(await row.innerText(), sentence);
    });
  });
}

for (const [name, spoil] of [
  ["500 twice", (incoming, outgoing, times) => times <= 2 && status(500)(incoming, outgoing)],
  ["429 with Retry-After", (incoming, outgoing, times) => times === 1 && status(429, { "retry-after": "1" })(incoming, outgoing)],
  ["a wrong MIME type", (incoming, outgoing) => { outgoing.writeHead(200, { "content-type": "image/png" }); outgoing.end(bodies[VICTIM]); return true; }],
  ["a line cut before the first byte", (incoming, outgoing, times) => { if (times > 1) return false; outgoing.writeHead(200, plain); outgoing.flushHeaders(); setTimeout(() => outgoing.destroy(), 50); return true; }],
]) {
  test(`D1 ${name} ends in right numbers`, async () => {
    fault = spoil;
    assert.equal((await visit()).executions, ALL);
  });
}

for (const percent of [1, 50, 99]) {
  test(`D1 a body cut at ${percent} % goes on where it broke`, async () => {
    const body = bodies[VICTIM];
    const at = Math.floor((body.length * percent) / 100);
    fault = (incoming, outgoing, times) => {
      const range = incoming.headers.range?.match(/^bytes=(\d+)-$/);
      if (times > 1 && range) {
        const from = Number(range[1]);
        assert.equal(incoming.headers["if-range"], '"v1"');
        outgoing.writeHead(206, { ...plain, "content-range": `bytes ${from}-${body.length - 1}/${body.length}`, "content-length": body.length - from });
        outgoing.end(body.subarray(from));
        return true;
      }
      outgoing.writeHead(200, { ...plain, "content-length": body.length });
      outgoing.write(body.subarray(0, at));
      setTimeout(() => outgoing.destroy(), 200);
      return true;
    };
    await visit((page, shown) => {
      assert.equal(shown.executions, ALL);
      assert.ok(asked.some((one) => one.name === VICTIM && one.range), "the rest was asked for, not the whole");
    });
  });
}

test("D1 a batch that is not on the server offers no retry", async () => {
  fault = status(404);
  await visit(async (page) => {
    const row = await failure(page);
    assert.equal(await row.getByRole("button", { name: "Retry" }).count(), 0);
  });
});

test("D11 looking for news fetches the new batch only, and the numbers stay until it is there", async () => {
  await visit(async (page, shown) => {
    assert.equal(shown.executions, ALL);
    const new_batch = batch(BATCHES);
    writeManifest({ ...manifest, generated_at: "2026-05-05T00:00:00Z", batches: [...manifest.batches, new_batch] });
    asked = [];
    await page.locator('[data-action="freshness"]').click();
    await page.locator('[data-action="refresh-now"]').click();
    await page.waitForFunction((before) => Number(document.querySelector('[data-widget="kpi"] [data-metric="executions"]')?.dataset.value) > before, ALL, { timeout: 20_000 });
    await page.keyboard.press("Escape");
    await ready(page);
    assert.equal((await tiles(page)).executions, ALL + new_batch.rows);
    assert.deepEqual(asked.filter((one) => one.name.endsWith(".ndjson")).map((one) => one.name), [new_batch.url]);
  });
  writeManifest(manifest);
});

test("D1 offline and back: what failed meanwhile comes by itself", async () => {
  fault = (incoming, outgoing) => { outgoing.destroy(); return true; };
  await visit(async (page, shown, context) => {
    assert.equal(shown.executions, WITHOUT);
    fault = null;
    await context.setOffline(true);
    await context.setOffline(false);
    await page.waitForFunction((all) => Number(document.querySelector('[data-widget="kpi"] [data-metric="executions"]')?.dataset.value) === all, ALL, { timeout: 20_000 });
  });
});

test("D1 a server that answers 500 all the time is named, and Retry reads the batch once it is well again", async () => {
  prelude = HURRY;
  fault = status(500);
  await visit(async (page, shown) => {
    assert.equal(shown.executions, WITHOUT);
    assert.equal(asked.filter((one) => one.name === VICTIM).length, 6, "asked once, and five times again");
    const row = await failure(page);
    assert.match(await row.innerText(), /answered 500/);
    fault = null;
    await row.getByRole("button", { name: "Retry" }).click();
    await page.locator(`[data-source="${VICTIM}"][data-source-state="ready"]`).waitFor({ timeout: 15_000 });
    await dashboard(page);
    assert.equal((await tiles(page)).executions, ALL);
  });
});

/** Half of the batch, or nothing of the rest of it, and then silence. */
const silence = (incoming, outgoing) => {
  const body = bodies[VICTIM];
  const range = incoming.headers.range?.match(/^bytes=(\d+)-$/);
  const from = range ? Number(range[1]) : 0;
  const part = range ? { "content-range": `bytes ${from}-${body.length - 1}/${body.length}` } : {};
  outgoing.writeHead(range ? 206 : 200, { ...plain, ...part, "content-length": body.length - from });
  outgoing.flushHeaders();
  if (!range) outgoing.write(body.subarray(0, body.length >> 1));
  return true;
};

test("D1 a body that stops coming is asked for again", async () => {
  prelude = HURRY;
  fault = (incoming, outgoing, times) => times === 1 && silence(incoming, outgoing);
  await visit((page, shown) => {
    assert.equal(shown.executions, ALL);
    assert.ok(asked.some((one) => one.name === VICTIM && one.range), "the rest was asked for");
  });
});

test("D1 a batch that is still coming can be stopped: it is named as missing, and Retry reads it", async () => {
  fault = silence;
  const context = await chrome.newContext({ viewport: { width: 1440, height: 1000 }, timezoneId: "UTC", locale: "en-GB" });
  const page = await context.newPage();
  await page.goto(`${origin}/data?range=all&compare=none`);
  const victim = (state) => page.locator(`[data-source="${VICTIM}"][data-source-state="${state}"]`);
  await victim("loading").getByRole("button", { name: "Stop" }).click();
  await victim("failed").waitFor({ timeout: 5_000 });
  assert.match(await page.locator("main").innerText(), /You stopped this before it was read/);
  await dashboard(page);
  await counts(page, WITHOUT);
  fault = null;
  await page.locator('nav a[href^="/data"]').first().click();
  await victim("failed").getByRole("button", { name: "Retry" }).click();
  await victim("ready").waitFor({ timeout: 15_000 });
  await dashboard(page);
  await counts(page, ALL);
  await context.close();
});

test("D1 a body that never comes to its end is given up and named", async () => {
  prelude = HURRY;
  fault = silence;
  await visit(async (page, shown) => {
    assert.equal(shown.executions, WITHOUT);
    const row = await failure(page);
    assert.match(await row.innerText(), /stopped sending/);
    assert.equal(await row.getByRole("button", { name: "Retry" }).count(), 1);
  });
});

/** Ends all workers as the browser would when memory is short: no error, no message. */
const kill = (page) => Promise.all(page.workers().map((worker) => worker.evaluate(() => self.close())));
/** Ends all workers when they next look at the clock: as they begin to answer. */
const killSoon = (page) =>
  Promise.all(page.workers().map((worker) => worker.evaluate(() => { Date.now = () => { throw new Error("killed by the test"); }; })));

test("A6 workers that die while they load are replaced within 3 s, and all numbers come", async () => {
  let release;
  const released = new Promise((resolve) => { release = resolve; });
  fault = (incoming, outgoing, times) => {
    if (times > 1) return false;
    released.then(() => outgoing.destroy());
    return true;
  };
  asked = [];
  const context = await chrome.newContext({ viewport: { width: 1440, height: 1000 }, timezoneId: "UTC", locale: "en-GB" });
  const page = await context.newPage();
  await page.goto(`${origin}/executive?range=all&compare=none`);
  await until(() => asked.some((one) => one.name === VICTIM), "the batch is asked for");
  const replaced = page.waitForEvent("worker", { timeout: 8_000 });
  const killed = Date.now();
  await kill(page);
  await replaced;
  assert.ok(Date.now() - killed < 3_500, `a new worker came after ${Date.now() - killed} ms`);
  await isAlive(page);
  await counts(page, ALL);
  release();
  await ready(page);
  assert.equal((await tiles(page)).executions, ALL);
  await context.close();
});

test("A6 workers that die while they answer are replaced, and the question is answered", async () => {
  await visit(async (page) => {
    await killSoon(page);
    await page.locator('[data-action="range"]').click();
    await page.locator("input[data-range-typed]").fill("2026-05-02");
    await page.locator("input[data-range-typed]").press("Enter");
    await page.waitForURL(/2026-05-02/);
    await counts(page, manifest.batches[1].rows);
    await ready(page);
    assert.equal(await page.locator('[data-widget][data-state="failed"]').count(), 0);
  });
});

test("A6 workers that die while they export are replaced, and the file has all numbers", async () => {
  await visit(async (page) => {
    await killSoon(page);
    const file = JSON.parse(readFileSync(await exported(page), "utf8"));
    const kpi = file.tables.find((table) => table.id === "kpi");
    const column = kpi.columns.findIndex((column) => column.name === "executions");
    assert.equal(kpi.rows[0][column], ALL);
    assert.equal(file.provenance.complete, true);
    await counts(page, ALL);
  });
});

test("A6 a batch that kills two workers is set aside and named; the others count, and Retry reads it", async () => {
  prelude = DOOM;
  fault = (incoming, outgoing) => { outgoing.writeHead(200, { ...plain, "x-doom": "1" }); outgoing.end(bodies[VICTIM]); return true; };
  await visit(async (page, shown) => {
    assert.equal(shown.executions, WITHOUT);
    assert.equal(asked.filter((one) => one.name === VICTIM).length, 2, "it was tried twice");
    const row = await failure(page);
    assert.match(await row.innerText(), /stopped a data worker twice/);
    assert.equal(await page.locator('[data-source-state="ready"]').count(), BATCHES - 1);
    fault = null;
    await row.getByRole("button", { name: "Retry" }).click();
    await page.locator(`[data-source="${VICTIM}"][data-source-state="ready"]`).waitFor({ timeout: 15_000 });
    await dashboard(page);
    assert.equal((await tiles(page)).executions, ALL);
  });
});

test("A6 a question that kills workers twice is set aside and named; the page lives, and other questions are answered", async () => {
  prelude = FATAL;
  await visit(async (page, shown) => {
    assert.equal(shown.executions, ALL);
    let started = 0;
    page.on("worker", () => { started += 1; });
    await widgetTable(page, "top-tools");
    await page.locator('[data-widget="top-tools"] tbody tr', { hasText: FATAL_TOOL }).locator("[data-filter]").first().click();
    await page.waitForURL(new RegExp(FATAL_TOOL));
    const failed = page.locator('[data-widget="kpi"][data-state="failed"]');
    await failed.waitFor({ timeout: 60_000 });
    assert.match(await failed.innerText(), /stopped a data worker twice, so it is set aside/);
    await isAlive(page);
    await ready(page, 60_000);
    assert.ok(started >= 2, `${started} workers were started anew`);
    // The batches are back, and with none of them it is tried again.
    const before = started;
    await page.waitForTimeout(3_000);
    assert.equal(started, before, "no worker dies of it any more");
    assert.equal(await failed.count(), 1);

    await page.locator('[data-action="undo"]').click();
    await counts(page, ALL);
    await ready(page);
    await page.locator('[data-action="range"]').click();
    await page.locator("input[data-range-typed]").fill("2026-05-02");
    await page.locator("input[data-range-typed]").press("Enter");
    await page.waitForURL(/2026-05-02/);
    await counts(page, manifest.batches[1].rows);
    await ready(page);
    assert.equal(await page.locator('[data-widget][data-state="failed"]').count(), 0);
    await page.locator('nav a[href^="/data"]').first().click();
    await page.locator('[data-source-state="ready"]').first().waitFor();
    assert.equal(await page.locator('[data-source-state="failed"]').count(), 0, "no batch is blamed for it");
  });
});

test("D1 a line of 400 kB/s brings all numbers, asked for once, and the page stands meanwhile", async () => {
  const body = bodies[VICTIM];
  const began = new Promise((resolve) => {
    fault = (incoming, outgoing) => {
      outgoing.writeHead(200, { ...plain, "content-length": body.length });
      let at = 0;
      const timer = setInterval(() => {
        outgoing.write(body.subarray(at, at + 40_000));
        at += 40_000;
        if (at < body.length) return;
        clearInterval(timer);
        outgoing.end();
      }, 100);
      outgoing.on("close", () => clearInterval(timer));
      resolve();
      return true;
    };
  });
  asked = [];
  const context = await chrome.newContext({ viewport: { width: 1440, height: 1000 }, timezoneId: "UTC", locale: "en-GB" });
  const page = await context.newPage();
  await page.goto(`${origin}/executive?range=all&compare=none`);
  await began;
  await isAlive(page);
  await ready(page, 60_000);
  assert.equal((await tiles(page)).executions, ALL);
  assert.equal(asked.filter((one) => one.name === VICTIM).length, 1);
  await context.close();
});
