// Batches on a bad road: every fault of a server or a line ends in right numbers or in a named error.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { browser, ready, serve, tiles } from "./harness.mjs";

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

// Between the browser and the companion stands a server that spoils what it is told to.
let server, chrome, proxy, origin;
let fault = null;
let asked = [];
before(async () => {
  server = await serve(data);
  chrome = await browser();
  proxy = createServer((incoming, outgoing) => {
    const name = incoming.url.split("/").pop();
    if (incoming.url.startsWith("/data/")) asked.push({ name, range: incoming.headers.range });
    const times = asked.filter((one) => one.name === name).length;
    if (name === VICTIM && fault?.(incoming, outgoing, times)) return;
    const onward = request(server.url + incoming.url, { method: incoming.method, headers: { ...incoming.headers, host: new URL(server.url).host } }, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
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
  const shown = await tiles(page);
  await work?.(page, shown, context);
  await context.close();
  fault = null;
  return shown;
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
