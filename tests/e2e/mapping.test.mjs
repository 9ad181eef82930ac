// Files whose columns nobody knows: the dialog asks, the numbers are those of the command line, values stay in the file.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { crc32 } from "node:zlib";
import { ROOT, browser, open, query, ready, records, same, serve, tiles } from "./harness.mjs";

const ZONE = "Europe/Berlin";
const CANARY = "CANARY-MAPPING-5X9";
const axe = readFileSync(join(ROOT, "node_modules/axe-core/axe.min.js"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "toolscope-mapping-"));
let server, chrome;
before(async () => {
  server = await serve();
  chrome = await browser();
});
after(async () => {
  await chrome?.close();
  await server?.stop();
});

/** Local times on both sides of a clock change, so that a wrong zone shows. */
const rows = (day) => [
  `2026-03-28 ${day}:10;search;ada@example.test;1.5;true;${CANARY} one`,
  `2026-03-28 ${day}:20;search;bo@example.test;0.25;false;${CANARY} two`,
  `2026-03-29 ${day}:30;fetch;ada@example.test;2;true;${CANARY} three`,
  `2026-03-30 ${day}:40;write;cy@example.test;4;true;${CANARY} four`,
];
function csv(name, day, header = "began;what;who;took_s;ok;remark") {
  const path = join(folder, name);
  writeFileSync(path, [header, ...rows(day), ""].join("\n"));
  return path;
}
/** A ZIP archive of files that are not packed: name → text. */
function zip(name, files) {
  const parts = [], central = [];
  let offset = 0;
  for (const [file, text] of Object.entries(files)) {
    const [path, body] = [Buffer.from(file), Buffer.from(text)];
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt32LE(crc32(body), 10);
    fields.writeUInt32LE(body.length, 14);
    fields.writeUInt32LE(body.length, 18);
    fields.writeUInt16LE(path.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    const whole = Buffer.concat([Buffer.from("PK\x03\x04"), fields, path, body]);
    central.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\0"), fields, place, path]));
    parts.push(whole);
    offset += whole.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", 0);
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat([...parts, directory, end]));
  return path;
}
const visit = (options = {}) => chrome.newContext({ viewport: { width: 1440, height: 1000 }, timezoneId: ZONE, locale: "en-GB", ...options });
const row = (page, name, state) => page.locator(`[data-source="${name}"][data-source-state="${state}"]`);
const dialog = (page) => page.locator("[data-mapping-dialog][open]");
const field = (page, column) => page.locator(`[data-map-column="${column}"]`);

/** Goes to another page of the application; a reload would forget the files. */
async function go(page, path) {
  await page.locator(`nav a[href^="${path}"]`).first().click();
  await page.waitForURL((url) => url.pathname === path);
  await ready(page);
}

async function sameTiles(page, paths) {
  const answer = query(paths, "--map", "time=began,tool=what,user=who,duration_ms=took_s,outcome=ok", "--assume-zone", ZONE, "--zone", ZONE, "--range", "all", "--dashboard", "executive");
  const [expected] = records(answer.tables.find((table) => table.id === "kpi"));
  const shown = await tiles(page);
  for (const metric of ["executions", "users", "success_rate"]) {
    assert.ok(metric in shown, `the tile ${metric} is missing`);
    assert.ok(same(shown[metric], expected[metric]), `${metric}: page ${shown[metric]}, command line ${expected[metric]}`);
  }
  return shown;
}

/** What the page and the browser keep. */
const everything = (page) => page.evaluate(async () => {
  const databases = (await indexedDB.databases?.()) ?? [];
  return document.documentElement.outerHTML + JSON.stringify({ ...localStorage, ...sessionStorage }) + JSON.stringify(databases) + location.href;
});

test("D2 a table with strange columns is read as the dialog says, and the next one like it without asking", async () => {
  const context = await visit();
  const first = csv("first.csv", "09");
  const second = csv("second.csv", "11");
  const page = await open(context, `${server.url}/executive?range=all&compare=none`);
  await page.setInputFiles("input#open-files", first);
  await dialog(page).waitFor();
  assert.match(await dialog(page).innerText(), /What do the columns of “first\.csv” mean\?/);
  assert.equal(await page.evaluate(() => document.activeElement.dataset.mapColumn), "time", "the focus is where the answer is needed");

  const guesses = { time: "began", tool: "", user: "who", duration_ms: "took_s", outcome: "ok", server: "" };
  for (const [column, header] of Object.entries(guesses)) assert.equal(await field(page, column).inputValue(), header, column);
  const preview = page.locator("[data-mapping-preview] table");
  assert.equal(await preview.locator("tbody tr").count(), 4);
  assert.match(await preview.innerText(), /CANARY/, "the person sees the rows");
  assert.equal(await page.locator("[data-map-zone]").inputValue(), ZONE);

  const apply = page.locator('[data-action="apply-mapping"]');
  await field(page, "time").selectOption("");
  assert.ok(await apply.isDisabled());
  assert.match(await dialog(page).innerText(), /time first/);
  await field(page, "time").selectOption("began");
  await field(page, "tool").selectOption("what");
  await apply.click();
  await dialog(page).waitFor({ state: "detached" });
  await page.waitForFunction(() => document.querySelector('[data-widget="kpi"] [data-metric="executions"]')?.dataset.value === "4");
  await ready(page);
  await sameTiles(page, [first]);
  assert.ok(!(await everything(page)).includes(CANARY), "nothing of the other column is kept");

  await go(page, "/data");
  await row(page, "first.csv", "ready").waitFor();
  assert.equal(await row(page, "first.csv", "ready").getAttribute("data-accepted"), "4");
  const remembered = JSON.parse(await page.evaluate(() => localStorage.getItem("toolscope.mappings")));
  assert.equal(remembered.length, 1);
  assert.deepEqual(remembered[0].columns, { time: "began", tool: "what", user: "who", duration_ms: "took_s", outcome: "ok" });
  assert.equal(remembered[0].zone, ZONE);

  await page.setInputFiles("input#open-files", second);
  await row(page, "second.csv", "ready").waitFor();
  assert.equal(await dialog(page).count(), 0);
  const notice = page.locator("[data-notice]", { hasText: "second.csv" });
  assert.match(await notice.innerText(), /columns of a file you read before/);
  await row(page, "second.csv", "ready").locator('[data-action="change-columns"]').waitFor();
  await go(page, "/executive");
  assert.equal((await sameTiles(page, [first, second])).executions, 8);
  assert.ok(!(await everything(page)).includes(CANARY));
  assert.deepEqual(page.errors, []);

  // The memory outlasts the page.
  const later = await open(context, `${server.url}/data?range=all&compare=none`);
  await later.setInputFiles("input#open-files", first);
  await row(later, "first.csv", "ready").waitFor();
  assert.equal(await dialog(later).count(), 0);
  assert.ok(!(await everything(later)).includes(CANARY));
  await context.close();
});

test("D2 cancelling leaves the file out, says so, and the rest of the numbers works", async () => {
  const context = await visit();
  const good = join(folder, "good.ndjson");
  writeFileSync(good, JSON.stringify({ kind: "execution", time: "2026-03-28T08:00:00Z", tool: "search", user: "ada@example.test", outcome: "success", duration_ms: 5 }));
  const page = await open(context, `${server.url}/data?range=all&compare=none`);
  await page.setInputFiles("input#open-files", [good, csv("left.csv", "09")]);
  await dialog(page).waitFor();
  await page.locator('[data-action="cancel-mapping"]').click();
  await dialog(page).waitFor({ state: "detached" });
  const left = row(page, "left.csv", "needs-mapping");
  assert.match(await left.innerText(), /no column that is known to be a time/);
  await row(page, "good.ndjson", "ready").waitFor();
  await go(page, "/executive");
  assert.equal((await tiles(page)).executions, 1);
  assert.equal(await dialog(page).count(), 0, "it does not open by itself again");
  assert.ok(!(await everything(page)).includes(CANARY));

  // The button opens it, Escape closes it, and the focus is where it was.
  await go(page, "/data");
  const choose = left.locator('[data-action="choose-columns"]');
  await choose.focus();
  await page.keyboard.press("Enter");
  await dialog(page).waitFor();
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "detached" });
  assert.equal(await page.evaluate(() => document.activeElement.dataset.action), "choose-columns");
  await choose.click();
  await field(page, "tool").selectOption("what");
  await page.locator('[data-action="apply-mapping"]').click();
  await row(page, "left.csv", "ready").waitFor();
  await go(page, "/executive");
  assert.equal((await tiles(page)).executions, 5);
  assert.deepEqual(page.errors, []);
  await context.close();
});

test("S3 a dashboard says that a file waits for its columns, not that nothing happened, and its button opens the dialog", async () => {
  const context = await visit();
  const page = await open(context, `${server.url}/executive?range=all&compare=none`);
  await page.setInputFiles("input#open-files", csv("waits.csv", "09"));
  await dialog(page).waitFor();
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "detached" });
  const widget = page.locator('[data-widget="daily-executions"][data-state="waiting-for-columns"]');
  await widget.waitFor();
  const text = await widget.innerText();
  assert.match(text, /waiting for its columns/);
  assert.doesNotMatch(text, /Nothing happened/);
  await widget.locator('[data-action="choose-columns"]').click();
  await dialog(page).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.dataset.mapColumn), "time");
  await field(page, "tool").selectOption("what");
  await page.locator('[data-action="apply-mapping"]').click();
  await page.waitForFunction(() => document.querySelector('[data-widget="kpi"] [data-metric="executions"]')?.dataset.value === "4");
  await ready(page);
  assert.equal(await page.locator('[data-state="waiting-for-columns"]').count(), 0);
  assert.deepEqual(page.errors, []);
  await context.close();
});

test("D2 columns that were chosen can be changed, and a change that is cancelled changes nothing", async () => {
  const context = await visit();
  const page = await open(context, `${server.url}/data?range=all&compare=none`);
  await page.setInputFiles("input#open-files", csv("changed.csv", "09"));
  await dialog(page).waitFor();
  await page.locator('[data-action="apply-mapping"]').click();
  const change = row(page, "changed.csv", "ready").locator('[data-action="change-columns"]');
  await change.click();
  await dialog(page).waitFor();
  assert.equal(await field(page, "user").inputValue(), "who", "it begins with what was said");
  await page.keyboard.press("Escape");
  await change.waitFor();
  await change.click();
  await dialog(page).waitFor();
  await field(page, "user").selectOption("");
  await page.locator('[data-action="apply-mapping"]').click();
  await change.waitFor();
  await go(page, "/executive");
  const shown = await tiles(page);
  assert.equal(shown.executions, 4);
  assert.ok(!shown.users, "nobody is named any more");
  assert.deepEqual(page.errors, []);
  await context.close();
});

test("D2 files of an archive whose columns nobody knows are asked about one after the other, and the rest counts meanwhile", async () => {
  const context = await visit();
  const page = await open(context, `${server.url}/data?range=all&compare=none`);
  const strange = (day, header) => [header, ...rows(day), ""].join("\n");
  const archive = zip("week.zip", {
    "good.csv": "time,tool,user,outcome\n2026-03-28T08:00:00Z,search,ada@example.test,success\n",
    "strange/1.csv": strange("09", "began;what;who;took_s;ok;remark"),
    "strange/2.csv": strange("11", "began;what;who;took_s;ok;remark"),
    "strange/3.csv": strange("13", "since;act;mail;lasted_s;fine;words"),
  });
  await page.setInputFiles("input#open-files", archive);
  await dialog(page).waitFor();
  assert.match(await dialog(page).innerText(), /What do the columns of “week\.zip\/strange\/1\.csv” mean\?/);
  assert.match(await dialog(page).innerText(), /1 more file of the archive has the same columns/);
  // Meanwhile the file that could be read is in the numbers, and the row says what is missing.
  const read = row(page, "week.zip", "ready");
  assert.equal(await read.getAttribute("data-accepted"), "1");
  assert.equal(await read.locator("[data-missing-file]").count(), 3);
  assert.match(await read.locator("[data-missing-file]").first().innerText(), /strange\/1\.csv: The CSV file has no column that is known to be a time/);

  await field(page, "tool").selectOption("what");
  await page.locator('[data-action="apply-mapping"]').click();
  await page.waitForFunction(() => /strange\/3\.csv/.test(document.querySelector("[data-mapping-dialog][open]")?.innerText ?? ""));
  assert.equal(await page.evaluate(() => document.activeElement.dataset.mapColumn), "time", "the next file begins at the top");
  // Leaving the second file out keeps what was said of the first.
  await page.locator('[data-action="cancel-mapping"]').click();
  await dialog(page).waitFor({ state: "detached" });
  await page.waitForFunction(() => document.querySelector('[data-source="week.zip"][data-source-state="ready"]')?.dataset.accepted === "9");
  assert.equal(await read.locator("[data-missing-file]").count(), 1);
  await go(page, "/executive");
  assert.equal((await tiles(page)).executions, 9);
  assert.equal(await dialog(page).count(), 0, "it does not open by itself again");
  await go(page, "/data");
  await read.locator('[data-action="choose-columns"]').click();
  await dialog(page).waitFor();
  await field(page, "time").selectOption("since");
  await field(page, "tool").selectOption("act");
  await page.locator('[data-action="apply-mapping"]').click();
  await page.waitForFunction(() => document.querySelector('[data-source="week.zip"][data-source-state="ready"]')?.dataset.accepted === "13");
  assert.equal(await read.locator("[data-missing-file]").count(), 0);
  await go(page, "/executive");
  assert.equal((await tiles(page)).executions, 13);
  assert.ok(!(await everything(page)).includes(CANARY), "nothing of the other column is kept");
  assert.deepEqual(page.errors, []);

  // The next archive like it is read without asking.
  const later = await open(context, `${server.url}/data?range=all&compare=none`);
  await later.setInputFiles("input#open-files", archive);
  await later.waitForFunction(() => document.querySelector('[data-source="week.zip"][data-source-state="ready"]')?.dataset.accepted === "13");
  assert.equal(await dialog(later).count(), 0);
  await context.close();
});

for (const [width, colorScheme] of [[1440, "light"], [1440, "dark"], [320, "light"], [320, "dark"]]) {
  test(`S1 S2 axe finds nothing in the dialog at ${width} px in ${colorScheme}, and it fits`, async () => {
    const context = await visit({ viewport: { width, height: 800 }, colorScheme, bypassCSP: true, reducedMotion: "reduce" });
    const page = await open(context, `${server.url}/data`);
    await page.setInputFiles("input#open-files", csv("looks.csv", "09"));
    await dialog(page).waitFor();
    const wide = await dialog(page).evaluate((dialog) => {
      const body = dialog.querySelector(".mapping__body");
      return [dialog.scrollWidth - dialog.clientWidth, body.scrollWidth - body.clientWidth, dialog.getBoundingClientRect().right > innerWidth];
    });
    assert.deepEqual(wide, [0, 0, false], "no sideways scrolling");
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
    assert.deepEqual(violations.map((found) => `${found.id}: ${found.nodes.map((node) => node.target.join(" ")).join(", ")}`), []);
    await context.close();
  });
}
